// SPDX-License-Identifier: MIT
/* Explains errors: one line for each call and errno; IONC_ANY comes last. */
#include <errno.h>

#include "internal.h"

struct ionc_meaning {
	enum ionc_call call;
	int error;
	const char *text;
};

static const struct ionc_meaning ionc_meanings[] = {
	{ IONC_OPEN, ENOENT,
	  "there is no device because the module ion is not loaded, or there is no service of that name" },
	{ IONC_OPEN, ENODEV, "the device exists, but no module serves it" },
	{ IONC_OPEN, ENXIO, "the device exists, but no module serves it" },
	{ IONC_OPEN, EACCES,
	  "the device may not be opened: be root or in its group; see ls -l /dev/ion" },
	{ IONC_OPEN, EPERM, "IONC_PHYS needs CAP_SYS_RAWIO" },
	{ IONC_OPEN, EPROTONOSUPPORT,
	  "the driver and this library do not have the same version of the ABI: install matching versions" },
	{ IONC_OPEN, ENOTTY, "the device is not /dev/ion of this driver" },
	{ IONC_OPEN, EOPNOTSUPP,
	  "this driver is too old: it has no arena; or the service direct was given IONC_STAMP or IONC_PHYS" },
	{ IONC_OPEN, E2BIG, "an option needs a newer version of this library" },
	{ IONC_OPEN, EINVAL,
	  "an option is out of bounds, or not for this service; slots are a power of two from 2 to 65536, bytes of a buffer are a power of two from 256 to 1048576; for a pair, the other channel has buffers of another size; for direct, the layout is compact, or the channel of the peer has other slots or buffers: its tx is this rx" },
	{ IONC_OPEN, ENAMETOOLONG,
	  "the name of the service, or the key, has more than 31 bytes" },
	{ IONC_OPEN, ENFILE,
	  "too many channels are set up in the system: see the module parameter max_channels" },
	{ IONC_OPEN, EDQUOT,
	  "the user has too many channels, or too many sources with a rate: close some, or ask for a lower rate; see the module parameter max_user_channels" },
	{ IONC_OPEN, EMFILE,
	  "the program has too many descriptors open: see ulimit -n" },
	{ IONC_OPEN, ENOMEM,
	  "out of memory, or the program may not lock that much: use fewer slots or buffers, or raise ulimit -l" },
	{ IONC_OPEN, ENOSPC,
	  "the channels of all users would need more memory than is allowed: see the module parameter max_bytes" },
	{ IONC_OPEN, EUSERS,
	  "all users together have too many sources with a rate" },
	{ IONC_OPEN, EBUSY, "the service takes no further channel" },

	{ IONC_ATTACH, EBADFD, "the channel was opened, but not yet set up" },
	{ IONC_ATTACH, EBADF, "the descriptor is not open" },
	{ IONC_ATTACH, ENOTTY,
	  "the descriptor does not belong to /dev/ion of this driver" },
	{ IONC_ATTACH, EACCES,
	  "the descriptor was not opened for reading and writing" },
	{ IONC_ATTACH, EPROTONOSUPPORT,
	  "the driver and this library do not have the same version of the ABI: install matching versions" },
	{ IONC_ATTACH, ENOMEM, "out of memory" },
	{ IONC_ATTACH, E2BIG,
	  "an option needs a newer version of this library" },

	{ IONC_WAIT, ETIME, "the timeout expired" },
	{ IONC_WAIT, EINTR, "a signal interrupted the call; call again" },
	{ IONC_WAIT, EINVAL,
	  "there is nothing to wait for, or more than the ring can hold" },
	{ IONC_WAIT, EPIPE,
	  "the service hung up, or the other program of a pair or of direct channels has gone: nothing more will come" },
	{ IONC_WAIT, ESTALE,
	  "another program or thread used this end or reset the channel; see ionc_reattach()" },

	{ IONC_EVENTFD, EINVAL, "the descriptor is not an eventfd" },
	{ IONC_EVENTFD, EBADF, "the descriptor is not open" },
	{ IONC_EVENTFD, EMFILE,
	  "the program has too many descriptors open: see ulimit -n" },

	{ IONC_LEND, EBUSY, "a thread is lent to this channel already" },
	{ IONC_LEND, ENOENT, "no thread was lent" },
	{ IONC_LEND, EINVAL,
	  "there is no such processor, or the program may not run on it, or an option is not known" },
	{ IONC_LEND, EOPNOTSUPP,
	  "a channel of the service direct has no kernel end to lend a thread to" },
	{ IONC_LEND, EAGAIN, "no thread can be created: see ulimit -u" },
	{ IONC_LEND, EMFILE,
	  "the program has too many descriptors open: see ulimit -n" },
	{ IONC_LEND, E2BIG, "an option needs a newer version of this library" },

	{ IONC_BUFFER, ENOBUFS,
	  "no buffer is free: pop and free those that came back on rx, or open the channel with more buffers" },
	{ IONC_BUFFER, EINVAL,
	  "there is no buffer of that number, or the payload does not lie within the buffer" },
	{ IONC_BUFFER, EMSGSIZE, "the payload is longer than the room for it" },
	{ IONC_BUFFER, EALREADY, "that buffer is free already" },
	{ IONC_BUFFER, EOPNOTSUPP,
	  "the channel has no arena, or is of the service direct: its buffers are its own" },

	{ IONC_PEEK, EINVAL,
	  "there is no such ring, or the count is not from 1 to 1024" },

	{ IONC_JOIN, EISCONN, "one of the channels is joined already, or was" },
	{ IONC_JOIN, EBADF, "the descriptor is not open" },
	{ IONC_JOIN, EBADFD, "the other channel was not set up yet" },
	{ IONC_JOIN, EOPNOTSUPP,
	  "only channels of the service pair can be joined" },
	{ IONC_JOIN, EINVAL,
	  "the other descriptor is not a channel of the service pair, or is this channel itself, or its buffers are of another size" },

	{ IONC_VERIFY, EOPNOTSUPP,
	  "only the service pair verifies who sent a command" },

	{ IONC_LISTEN, EADDRINUSE,
	  "another program listens on that name, in this network namespace" },
	{ IONC_LISTEN, EOPNOTSUPP,
	  "this driver is too old: it has no ports; or the service is neither direct nor pair" },
	{ IONC_LISTEN, EINVAL,
	  "the name is empty, or an option is out of bounds: the mode is from 0001 to 0777, the backlog is at most 4096" },
	{ IONC_LISTEN, ENAMETOOLONG,
	  "the name of the port, or of the service, has more than 31 bytes" },

	{ IONC_CONNECT, ECONNREFUSED,
	  "nobody listens on that name, in this network namespace" },
	{ IONC_CONNECT, EACCES,
	  "the mode of the port does not permit this user to connect, or the device may not be opened" },
	{ IONC_CONNECT, EAGAIN,
	  "as many clients wait as the server allows; try again later" },
	{ IONC_CONNECT, EPROTOTYPE,
	  "the server listens for another service: direct or pair" },
	{ IONC_CONNECT, EMSGSIZE,
	  "the server allows fewer slots, fewer buffers or smaller ones than the options ask for" },
	{ IONC_CONNECT, EOPNOTSUPP,
	  "this driver is too old: it has no ports, or no arena; or the service is neither direct nor pair" },
	{ IONC_CONNECT, EINVAL,
	  "the name is empty, the options have a key, or one of them is out of bounds, or not for this service; slots are a power of two from 2 to 65536, bytes of a buffer are a power of two from 256 to 1048576" },
	{ IONC_CONNECT, ENAMETOOLONG,
	  "the name of the port, or of the service, has more than 31 bytes" },

	{ IONC_ACCEPT, ETIME, "the time was up before a client came" },
	{ IONC_ACCEPT, EAGAIN, "no client waits" },
	{ IONC_ACCEPT, EINVAL,
	  "the descriptor does not listen, or an option is not known" },
	{ IONC_ACCEPT, EBADF, "the descriptor is not open" },
	{ IONC_ACCEPT, EMFILE,
	  "the program has too many descriptors open: see ulimit -n; the client still waits" },

	{ IONC_PAIR, EISCONN, "the channel has another side already, or had" },
	{ IONC_PAIR, EOPNOTSUPP,
	  "the service is neither direct nor pair, or this driver is too old: it has no arena" },

	{ IONC_NET_OPEN, ENOENT,
	  "there is no device because the module ion is not loaded, or ion_net is not" },
	{ IONC_NET_OPEN, EINVAL,
	  "an option is out of bounds; the name is none of an interface; or the interface is of another driver, or has another mode, other flags or buffers; or ion_net is too old for the flags: those for superframes need ION_NET_CSUM and ION_NET_VNET_HDR" },
	{ IONC_NET_OPEN, EPERM,
	  "only CAP_NET_ADMIN makes an interface, or attaches to one of another owner" },
	{ IONC_NET_OPEN, EBUSY,
	  "a program is attached to each queue of the interface; more than one queue needs ION_NET_MULTI_QUEUE" },
	{ IONC_NET_OPEN, EMSGSIZE,
	  "the MTU of the interface is too large for the buffers: ask for larger ones, or set a smaller MTU" },
	{ IONC_NET_OPEN, ENAMETOOLONG,
	  "the name of the interface has more than 15 bytes" },
	{ IONC_NET_OPEN, EPIPE, "the interface was deleted meanwhile" },

	{ IONC_ANY, EBUSY, "too many programs ask for it now; call again" },
	{ IONC_ANY, EPROTO,
	  "a ring is poisoned because the protocol was broken: ionc_stats() tells how, ionc_reset() clears it" },
	{ IONC_ANY, EPIPE,
	  "the service hung up, or the other program of a pair or of direct channels has gone" },
	{ IONC_ANY, EOPNOTSUPP,
	  "a channel of the service direct does not have that call" },
	{ IONC_ANY, EBADFD, "the channel was not set up" },
	{ IONC_ANY, EBADF, "the descriptor of the channel was closed" },
	{ IONC_ANY, ENOTTY, "this driver does not have that call" },
	{ IONC_ANY, EINTR, "a signal interrupted the call; call again" },
	{ IONC_ANY, ENOMEM, "out of memory" },
	{ IONC_ANY, EFAULT, "an address is not valid" },
	{ IONC_ANY, EINVAL, "an argument is out of bounds" },
	{ IONC_ANY, E2BIG, "a struct is newer than the driver" },
};

static const char *ionc_meaning(enum ionc_call call, int error)
{
	size_t i;

	for (i = 0; i < sizeof(ionc_meanings) / sizeof(*ionc_meanings); i++)
		if (ionc_meanings[i].call == call &&
		    ionc_meanings[i].error == error)
			return ionc_meanings[i].text;
	return NULL;
}

/* These calls open a channel too, and fail for the same reasons. */
static bool ionc_opens(enum ionc_call call)
{
	return call == IONC_LISTEN || call == IONC_CONNECT ||
	       call == IONC_ACCEPT || call == IONC_PAIR ||
	       call == IONC_NET_OPEN;
}

const char *ionc_explain(enum ionc_call call, int error)
{
	const char *text;

	if (error >= 0)
		return "this is not an error";
	text = ionc_meaning(call, -error);
	if (!text && ionc_opens(call))
		text = ionc_meaning(IONC_OPEN, -error);
	if (!text)
		text = ionc_meaning(IONC_ANY, -error);
	return text ? text : "the system refused it; see errno(3)";
}
