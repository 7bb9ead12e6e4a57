// SPDX-License-Identifier: GPL-2.0-only
/* Describes a frame in a line. Any program may have sent it: no length is believed. */
#include "frame_text.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ETHERNET_BYTES 14U
#define VLAN_BYTES     4U
#define IPV4_BYTES     20U
#define IPV6_BYTES     40U
#define ARP_BYTES      28U

/* The rest of a frame, and the text so far. */
struct view {
	const uint8_t *at;
	uint32_t left;
	char *text;
	size_t length;
};

static void add(struct view *view, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct view *view, const char *format, ...)
{
	size_t room = FRAME_TEXT_SIZE - view->length;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(view->text + view->length, room, format, args);
	va_end(args);
	if (n > 0)
		view->length += (size_t)n < room ? (size_t)n : room - 1;
}

/* Take @size bytes; NULL, and a note in the text, if there are not so many. */
static const uint8_t *take(struct view *view, uint32_t size)
{
	const uint8_t *at = view->at;

	if (view->left < size) {
		add(view, ", too short");
		return NULL;
	}
	view->at += size;
	view->left -= size;
	return at;
}

static uint32_t big16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static const char *address(char text[INET6_ADDRSTRLEN], int family,
			   const void *at)
{
	return inet_ntop(family, at, text, INET6_ADDRSTRLEN);
}

/* ---- above IP ----------------------------------------------------------- */

static void add_ports(struct view *view, const char *name)
{
	const uint8_t *at;

	add(view, " %s", name);
	at = take(view, 4);
	if (at)
		add(view, " %u > %u", big16(at), big16(at + 2));
}

static void add_icmp(struct view *view, const char *name, uint8_t request,
		     uint8_t reply)
{
	const uint8_t *at;

	add(view, " %s", name);
	at = take(view, 8);
	if (!at)
		return;
	if (*at == request || *at == reply)
		add(view, " echo %s, id %u, seq %u",
		    *at == request ? "request" : "reply", big16(at + 4),
		    big16(at + 6));
	else
		add(view, " type %u", *at);
}

static void add_protocol(struct view *view, unsigned int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		add_ports(view, "TCP");
		break;
	case IPPROTO_UDP:
		add_ports(view, "UDP");
		break;
	case IPPROTO_ICMP:
		add_icmp(view, "ICMP", 8, 0);
		break;
	case IPPROTO_ICMPV6:
		add_icmp(view, "ICMPv6", 128, 129);
		break;
	default:
		add(view, " protocol %u", protocol);
	}
}

/* ---- IP and ARP --------------------------------------------------------- */

static void add_ipv4(struct view *view)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	const uint8_t *at = take(view, IPV4_BYTES);
	uint32_t options;

	if (!at)
		return;
	add(view, " %s > %s", address(from, AF_INET, at + 12),
	    address(to, AF_INET, at + 16));
	options = (at[0] & 15U) * 4;
	if (options < IPV4_BYTES || !take(view, options - IPV4_BYTES))
		return;
	/* Only the first fragment has the header of the protocol. */
	if (big16(at + 6) & 0x1fff)
		add(view, " fragment of protocol %u", at[9]);
	else
		add_protocol(view, at[9]);
}

static void add_ipv6(struct view *view)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	const uint8_t *at = take(view, IPV6_BYTES);

	if (!at)
		return;
	add(view, " %s > %s", address(from, AF_INET6, at + 8),
	    address(to, AF_INET6, at + 24));
	add_protocol(view, at[6]);
}

static void add_arp(struct view *view)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	const uint8_t *at = take(view, ARP_BYTES);

	if (!at)
		return;
	address(from, AF_INET, at + 14);
	address(to, AF_INET, at + 24);
	if (big16(at + 6) == 1)
		add(view, " who has %s, tell %s", to, from);
	else
		add(view, " %s is at %02x:%02x:%02x:%02x:%02x:%02x", from,
		    at[8], at[9], at[10], at[11], at[12], at[13]);
}

static void add_packet(struct view *view, uint32_t protocol)
{
	switch (protocol) {
	case ETH_P_IP:
		add(view, "IPv4");
		add_ipv4(view);
		break;
	case ETH_P_IPV6:
		add(view, "IPv6");
		add_ipv6(view);
		break;
	case ETH_P_ARP:
		add(view, "ARP");
		add_arp(view);
		break;
	default:
		add(view, "type 0x%04x", protocol);
	}
}

static void add_ethernet(struct view *view)
{
	const uint8_t *at = take(view, ETHERNET_BYTES);
	uint32_t protocol;

	if (!at)
		return;
	add(view, "%02x:%02x:%02x:%02x:%02x:%02x > ", at[6], at[7], at[8],
	    at[9], at[10], at[11]);
	add(view, "%02x:%02x:%02x:%02x:%02x:%02x ", at[0], at[1], at[2], at[3],
	    at[4], at[5]);
	protocol = big16(at + 12);
	while (protocol == ETH_P_8021Q || protocol == ETH_P_8021AD) {
		at = take(view, VLAN_BYTES);
		if (!at)
			return;
		add(view, "VLAN %u ", big16(at) & 0xfff);
		protocol = big16(at + 2);
	}
	add_packet(view, protocol);
}

const char *frame_text(char text[FRAME_TEXT_SIZE], bool ethernet,
		       const void *frame, uint32_t len)
{
	struct view view = { .at = frame, .left = len, .text = text };

	*text = '\0';
	if (ethernet)
		add_ethernet(&view);
	else if (len)
		add_packet(&view, *view.at >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
	return text;
}
