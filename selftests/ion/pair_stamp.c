// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stamps: the kernel states the sender of a command. A stamp depends on the
 * channel of the sender and on every bit of the command.
 */
#include <sched.h>
#include <sys/stat.h>

#include "ion_test.h"
#include "pair_test.h"

#define SLOTS 64

FIXTURE(pair_stamp)
{
	struct channel a;
	struct channel b;
};

FIXTURE_VARIANT(pair_stamp)
{
	__u32 layout;
	__u32 flags[2];
};

/* clang-format off */

FIXTURE_VARIANT_ADD(pair_stamp, asked_by_both)
{
	.layout = ION_LAYOUT_COMPACT,
	.flags = { ION_SETUP_STAMP, ION_SETUP_STAMP },
};

FIXTURE_VARIANT_ADD(pair_stamp, asked_by_one)
{
	.layout = ION_LAYOUT_SPLIT,
	.flags = { ION_SETUP_STAMP, 0 },
};

FIXTURE_VARIANT_ADD(pair_stamp, asked_by_the_other)
{
	.layout = ION_LAYOUT_SPLIT,
	.flags = { 0, ION_SETUP_STAMP },
};

/* clang-format on */

static int open_stamp(struct channel *ch, __u32 layout, __u32 flags,
		      const char *key)
{
	struct ion_setup setup;

	arena_wants(&setup, layout, "pair", SLOTS, 0, 0);
	setup.flags = flags;
	ion_setup_key(&setup, key);
	return channel_open_live(ch, &setup);
}

FIXTURE_SETUP(pair_stamp)
{
	ASSERT_EQ(0,
		  open_stamp(&self->a, variant->layout, variant->flags[0], ""));
	ASSERT_EQ(0,
		  open_stamp(&self->b, variant->layout, variant->flags[1], ""));
	ASSERT_EQ(0, ion_join(self->a.fd, self->b.fd));
}

FIXTURE_TEARDOWN(pair_stamp)
{
	channel_close(&self->a);
	channel_close(&self->b);
}

static struct ion_verify verify_of(int fd, const struct ion_cmd_packet *cmd)
{
	struct ion_verify verify = { .size = sizeof(verify), .cmd = *cmd };
	int ret;

	/*
	 * Fill it, so that a field that the kernel does not write is visible.
	 */
	verify.genuine = 77;
	verify.pid = 77;
	verify.uid = 77;
	verify.gid = 77;
	ret = ion_call(fd, ION_IOC_VERIFY, &verify);
	if (ret || memcmp(&verify.cmd, cmd, sizeof(*cmd)))
		verify.genuine = 99;
	return verify;
}

/* Return whether the stamp is genuine, and of this process. */
static bool genuine(int fd, const struct ion_cmd_packet *cmd)
{
	struct ion_verify verify = verify_of(fd, cmd);

	return verify.genuine == 1 && verify.pid == getpid() &&
	       verify.uid == geteuid() && verify.gid == getegid();
}

/* Return whether the stamp is refused, and no sender is reported. */
static bool forged(int fd, const struct ion_cmd_packet *cmd)
{
	struct ion_verify verify = verify_of(fd, cmd);

	return !verify.genuine && !verify.pid && !verify.uid && !verify.gid;
}

/* Send the command of that number; return the command that arrives. */
static struct ion_cmd_packet crossed(struct channel *from, struct channel *to,
				     __u64 number)
{
	struct ion_cmd_packet cmd = { 0 };

	if (ion_send_cmd(from, number))
		ion_ring_pop_cmd(&to->evt, &cmd);
	return cmd;
}

static bool same_message(const struct ion_cmd_packet *cmd, __u64 number)
{
	struct ion_cmd_packet want = ion_cmd_of(number);

	return cmd->kind == want.kind && cmd->pad == want.pad &&
	       cmd->arg == want.arg;
}

TEST_F(pair_stamp, a_stamp_counts_and_is_verified)
{
	struct ion_cmd_packet there, back;
	__u64 i;

	for (i = 0; i < 500; i++) {
		there = crossed(&self->a, &self->b, i);
		EXPECT_TRUE(same_message(&there, i));
		EXPECT_EQ(i, there.id_lo);
		EXPECT_TRUE(genuine(self->b.fd, &there));
		/* It was sent by one peer, and not by the other. */
		EXPECT_TRUE(forged(self->a.fd, &there));
		back = crossed(&self->b, &self->a, i);
		EXPECT_EQ(i, back.id_lo);
		EXPECT_TRUE(genuine(self->a.fd, &back));
		EXPECT_TRUE(forged(self->b.fd, &back));
		EXPECT_NE(there.id_hi, back.id_hi);
	}
}

/* Commands that find no room are counted when they cross. */
TEST_F(pair_stamp, stamps_count_commands_that_cross)
{
	struct channel *a = &self->a, *b = &self->b;
	struct ion_cmd_packet cmd;
	__u64 sent = 0, i;

	while (ion_send_cmd(a, sent))
		sent++;
	EXPECT_EQ(2 * (SLOTS - 1), sent);
	for (i = 0; i < sent; i++) {
		ASSERT_TRUE(ion_ring_pop_cmd(&b->evt, &cmd));
		EXPECT_EQ(i, cmd.id_lo);
		EXPECT_TRUE(same_message(&cmd, i));
		EXPECT_TRUE(genuine(b->fd, &cmd));
		if (i % 7 == 0)
			ASSERT_EQ(0, ion_kick(b->fd));
	}
}

TEST_F(pair_stamp, a_changed_bit_breaks_the_stamp)
{
	struct ion_cmd_packet cmd, other;
	unsigned int bit;

	cmd = crossed(&self->a, &self->b, 0);
	cmd = crossed(&self->a, &self->b, 1);
	ASSERT_TRUE(genuine(self->b.fd, &cmd));
	for (bit = 0; bit < 8 * sizeof(cmd); bit++) {
		other = cmd;
		((unsigned char *)&other)[bit / 8] ^= 1 << bit % 8;
		EXPECT_TRUE(forged(self->b.fd, &other))
		TH_LOG("bit %u", bit);
	}
	EXPECT_TRUE(genuine(self->b.fd, &cmd));
	/*
	 * A command that was not sent, and one with a foreign stamp, are
	 * refused.
	 */
	memset(&other, 0, sizeof(other));
	EXPECT_TRUE(forged(self->b.fd, &other));
	other = crossed(&self->a, &self->b, 2);
	other.id_lo = cmd.id_lo;
	EXPECT_TRUE(forged(self->b.fd, &other));
	other.id_hi = cmd.id_hi;
	EXPECT_TRUE(forged(self->b.fd, &other));
}

/* The ids of the sender are overwritten. */
TEST_F(pair_stamp, a_sender_cannot_forge_a_stamp)
{
	struct ion_cmd_packet real, again;

	real = crossed(&self->a, &self->b, 5);
	ASSERT_TRUE(ion_ring_push_cmd(&self->a.cmd, &real));
	ASSERT_EQ(0, ion_kick(self->a.fd));
	ASSERT_TRUE(ion_ring_pop_cmd(&self->b.evt, &again));
	EXPECT_EQ(1, again.id_lo);
	EXPECT_NE(real.id_hi, again.id_hi);
	/* A command that is sent back has a new stamp. */
	ASSERT_TRUE(ion_ring_push_cmd(&self->b.cmd, &real));
	ASSERT_EQ(0, ion_kick(self->b.fd));
	ASSERT_TRUE(ion_ring_pop_cmd(&self->a.evt, &again));
	EXPECT_EQ(0, again.id_lo);
	EXPECT_NE(real.id_hi, again.id_hi);
	EXPECT_TRUE(genuine(self->a.fd, &again));
}

/* The same command, sent with the same number by another pair. */
TEST_F(pair_stamp, a_stamp_of_another_pair_is_refused)
{
	struct ion_cmd_packet ours, theirs;
	struct channel c, d;

	ASSERT_EQ(0, open_stamp(&c, variant->layout, ION_SETUP_STAMP, "n"));
	ASSERT_EQ(0, open_stamp(&d, variant->layout, 0, "n"));
	ours = crossed(&self->a, &self->b, 5);
	theirs = crossed(&c, &d, 5);
	EXPECT_EQ(ours.id_lo, theirs.id_lo);
	EXPECT_NE(ours.id_hi, theirs.id_hi);
	EXPECT_TRUE(genuine(d.fd, &theirs));
	EXPECT_TRUE(forged(self->b.fd, &theirs));
	EXPECT_TRUE(forged(d.fd, &ours));
	channel_close(&c);
	channel_close(&d);
}

/* Packets have no stamp. */
TEST_F(pair_stamp, packets_have_no_stamp)
{
	EXPECT_EQ(30, ion_send(&self->a, 0, 30));
	EXPECT_EQ(30, ion_pop_from(&self->b, 0, 40));
}

TEST_F(pair_stamp, invalid_verify_requests_are_refused)
{
	struct ion_cmd_packet cmd = crossed(&self->a, &self->b, 1);
	struct ion_verify verify = { .size = sizeof(verify), .cmd = cmd };
	struct channel echo, *b = &self->b;

	verify.flags = 1;
	EXPECT_REFUSED(b, EINVAL, ion_call(b->fd, ION_IOC_VERIFY, &verify));
	verify.flags = 0;
	verify.reserved = 1;
	EXPECT_REFUSED(b, EINVAL, ion_call(b->fd, ION_IOC_VERIFY, &verify));
	verify.reserved = 0;
	verify.size--;
	EXPECT_REFUSED(b, EINVAL, ion_call(b->fd, ION_IOC_VERIFY, &verify));
	verify.size++;
	EXPECT_REFUSED(b, EFAULT, ion_call(b->fd, ION_IOC_VERIFY, (void *)8));
	ASSERT_EQ(0, channel_open(&echo, NULL));
	EXPECT_REFUSED(&echo, EOPNOTSUPP,
		       ion_call(echo.fd, ION_IOC_VERIFY, &verify));
	channel_close(&echo);
	EXPECT_EQ(0, ion_call(b->fd, ION_IOC_VERIFY, &verify));
	EXPECT_EQ(1, verify.genuine);
}

/* Without the flag ids belong to the program, and the kernel states nothing. */
TEST(without_stamps_ids_are_unchanged)
{
	struct ion_cmd_packet cmd;
	struct channel a, b;

	ASSERT_EQ(0, pair_open(&a, &b, ION_LAYOUT_COMPACT, SLOTS));
	cmd = crossed(&a, &b, 4);
	EXPECT_TRUE(ion_cmd_is(&cmd, 4));
	EXPECT_TRUE(forged(b.fd, &cmd));
	channel_close(&a);
	channel_close(&b);
	/* Without a peer it states nothing either. */
	ASSERT_EQ(0, open_stamp(&a, ION_LAYOUT_COMPACT, ION_SETUP_STAMP, ""));
	EXPECT_TRUE(forged(a.fd, &cmd));
	channel_close(&a);
}

/* A sender in its own process, which opens the channel as another user. */
static int send_as(uid_t uid, gid_t gid, int socket)
{
	struct channel ch;

	if (setegid(gid) || seteuid(uid))
		return 1;
	if (open_stamp(&ch, ION_LAYOUT_COMPACT, ION_SETUP_STAMP, ""))
		return 2;
	/* Its later user id does not matter. */
	if (seteuid(0) || setegid(0))
		return 3;
	ion_send_fd(socket, ch.fd);
	return ion_send_cmd(&ch, 9) ? 0 : 4;
}

/* The receiving end, after the sender died and was waited for. */
static int receive_from(struct channel *ch, pid_t pid, int socket)
{
	int fd = ion_receive_fd(socket), ret;

	if (fd < 0)
		return -EIO;
	ret = ion_join(ch->fd, fd);
	if (ret)
		return ret;
	ret = ion_wait_child(pid);
	close(fd);
	return ret;
}

FIXTURE(pair_stamp_sender)
{
	struct channel ch;
	int sockets[2];
};

FIXTURE_SETUP(pair_stamp_sender)
{
	ASSERT_EQ(0, chmod(ION_DEVICE, 0666));
	ASSERT_EQ(0, open_stamp(&self->ch, ION_LAYOUT_COMPACT, 0, ""));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, self->sockets));
}

FIXTURE_TEARDOWN(pair_stamp_sender)
{
	EXPECT_EQ(0, chmod(ION_DEVICE, 0660));
	channel_close(&self->ch);
}

TEST_F(pair_stamp_sender, the_sender_is_reported_after_its_death)
{
	struct ion_cmd_packet cmd = { 0 };
	struct ion_verify verify;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(send_as(1234, 5678, self->sockets[1]));
	ASSERT_EQ(0, receive_from(&self->ch, pid, self->sockets[0]));
	ASSERT_TRUE(AWAIT(ion_ring_pop_cmd(&self->ch.evt, &cmd)));
	EXPECT_TRUE(same_message(&cmd, 9));
	verify = verify_of(self->ch.fd, &cmd);
	EXPECT_EQ(1, verify.genuine);
	EXPECT_EQ(pid, verify.pid);
	EXPECT_EQ(1234, verify.uid);
	EXPECT_EQ(5678, verify.gid);
}

/* The number of another pid namespace is wrong here. */
TEST_F(pair_stamp_sender, the_sender_has_a_pid_of_the_callers_namespace)
{
	int hold[2], status = -1;
	struct ion_cmd_packet cmd = { 0 };
	struct ion_verify verify;
	pid_t pid;

	ASSERT_EQ(0, pipe(hold));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		char byte;

		close(hold[1]);
		status = send_as(0, 0, self->sockets[1]);
		/* It lives until all commands were checked. */
		_exit(status ? status : (int)read(hold[0], &byte, 1));
	}
	close(hold[0]);
	status = ion_receive_fd(self->sockets[0]);
	ASSERT_LE(0, status);
	ASSERT_EQ(0, ion_join(self->ch.fd, status));
	close(status);
	ASSERT_TRUE(AWAIT(ion_ring_pop_cmd(&self->ch.evt, &cmd)));
	verify = verify_of(self->ch.fd, &cmd);
	EXPECT_EQ(1, verify.genuine);
	EXPECT_EQ(pid, verify.pid);
	if (!unshare(CLONE_NEWPID)) {
		pid_t inside = fork();

		if (!inside) {
			verify = verify_of(self->ch.fd, &cmd);
			_exit(verify.genuine == 1 && !verify.pid ? 0 : 1);
		}
		EXPECT_EQ(0, ion_wait_child(inside));
	}
	close(hold[1]);
	EXPECT_EQ(0, ion_wait_child(pid));
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
