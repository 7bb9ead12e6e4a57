// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the text of frames: what is shown, and frames that end anywhere. */
#include "../frame_text.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define ETHERNET "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02"
#define FROM_TO	 "02:00:00:00:00:02 > 02:00:00:00:00:01 "
#define IPV4(protocol, fragment)                                       \
	"\x45\x00\x00\x1c\x00\x00" fragment "\x40" protocol "\x00\x00" \
	"\x0a\x09\x00\x01\x0a\x09\x00\x02"
#define IPV6(protocol)                                                     \
	"\x60\x00\x00\x00\x00\x08" protocol "\x40\xfe\x80\x00\x00\x00\x00" \
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xff\x02\x00\x00\x00\x00" \
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
#define ARP(kind)                                                  \
	"\x08\x06\x00\x01\x08\x00\x06\x04\x00" kind "\x02\x00\x00" \
	"\x00\x00\x02\x0a\x08\x00\x01\x00\x00\x00\x00\x00\x00\x0a\x08\x00\x02"

#define FRAME(ethernet, bytes, text) \
	{ ethernet, bytes, sizeof(bytes) - 1, text }

static const struct {
	bool ethernet;
	const char *bytes;
	uint32_t len;
	const char *text;
} frames[] = {
	FRAME(false,
	      IPV4("\x01", "\x00\x00") "\x08\x00\x00\x00\x01\x02\x00\x03",
	      "IPv4 10.9.0.1 > 10.9.0.2 ICMP echo request, id 258, seq 3"),
	FRAME(false,
	      IPV4("\x01", "\x00\x00") "\x03\x00\x00\x00\x01\x02\x00\x03",
	      "IPv4 10.9.0.1 > 10.9.0.2 ICMP type 3"),
	FRAME(false, IPV4("\x11", "\x00\x01"),
	      "IPv4 10.9.0.1 > 10.9.0.2 fragment of protocol 17"),
	FRAME(false, IPV4("\x84", "\x00\x00"),
	      "IPv4 10.9.0.1 > 10.9.0.2 protocol 132"),
	FRAME(true,
	      ETHERNET "\x08\x00" IPV4("\x06", "\x40\x00") "\x01\x02\x00\x50",
	      FROM_TO "IPv4 10.9.0.1 > 10.9.0.2 TCP 258 > 80"),
	FRAME(true,
	      ETHERNET
	      "\x81\x00\x20\x05\x86\xdd" IPV6("\x11") "\x00\x35\x00\x36",
	      FROM_TO "VLAN 5 IPv6 fe80::1 > ff02::2 UDP 53 > 54"),
	FRAME(false, IPV6("\x3a") "\x81\x00\x00\x00\x00\x01\x00\x02",
	      "IPv6 fe80::1 > ff02::2 ICMPv6 echo reply, id 1, seq 2"),
	FRAME(true, ETHERNET ARP("\x01"),
	      FROM_TO "ARP who has 10.8.0.2, tell 10.8.0.1"),
	FRAME(true, ETHERNET ARP("\x02"),
	      FROM_TO "ARP 10.8.0.1 is at 02:00:00:00:00:02"),
	FRAME(true, ETHERNET "\x88\xb5", FROM_TO "type 0x88b5"),
};

#define FRAMES (sizeof(frames) / sizeof(*frames))

static void texts(void)
{
	char text[FRAME_TEXT_SIZE];
	size_t i;

	for (i = 0; i < FRAMES; i++) {
		frame_text(text, frames[i].ethernet, frames[i].bytes,
			   frames[i].len);
		CHECK(!strcmp(text, frames[i].text));
		if (strcmp(text, frames[i].text))
			printf("# %s\n", text);
	}
}

/* The copy ends where the frame ends, so that the checkers see each byte too many. */
static void short_frames(void)
{
	char text[FRAME_TEXT_SIZE], *copy;
	uint32_t len;
	size_t i;

	for (i = 0; i < FRAMES; i++)
		for (len = 0; len < frames[i].len; len++) {
			copy = malloc(len);
			if (len)
				memcpy(copy, frames[i].bytes, len);
			frame_text(text, frames[i].ethernet, copy, len);
			CHECK(!len || strstr(text, "too short"));
			free(copy);
		}
}

/* A header that says that it is longer than the frame, and one that is too short. */
static void wrong_lengths(void)
{
	char bytes[] = IPV4("\x11", "\x00\x00") "\x00\x35\x00\x36";
	char text[FRAME_TEXT_SIZE];

	*bytes = 0x4f;
	frame_text(text, false, bytes, sizeof(bytes) - 1);
	CHECK(!strcmp(text, "IPv4 10.9.0.1 > 10.9.0.2, too short"));
	*bytes = 0x41;
	frame_text(text, false, bytes, sizeof(bytes) - 1);
	CHECK(!strcmp(text, "IPv4 10.9.0.1 > 10.9.0.2"));
}

/* The text of many VLAN tags is cut, and does not leave its room. */
static void many_tags(void)
{
	char *text = malloc(FRAME_TEXT_SIZE), bytes[14 + 400] = { 0 };
	uint32_t i;

	for (i = 12; i < sizeof(bytes); i += 4)
		memcpy(bytes + i, "\x81\x00", 2);
	frame_text(text, true, bytes, sizeof(bytes));
	CHECK_EQ(FRAME_TEXT_SIZE - 1, strlen(text));
	free(text);
}

int main(void)
{
	static const struct check checks[] = {
		{ "the text of frames", texts },
		{ "frames that end anywhere", short_frames },
		{ "wrong lengths in frames", wrong_lengths },
		{ "a frame of many VLAN tags", many_tags },
		{ NULL, NULL },
	};

	return check_all(checks);
}
