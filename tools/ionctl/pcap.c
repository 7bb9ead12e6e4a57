// SPDX-License-Identifier: GPL-2.0-only
/* Reads and writes files of the format pcap. */
#include "pcap.h"

#define MAGIC	     0xa1b2c3d4U
#define MAGIC_NANO   0xa1b23c4dU
#define MAGIC_PCAPNG 0x0a0d0d0aU

/* Other numbers for IP packets: what systems call "raw", and IPv4 or IPv6 alone. */
#define RAW_BSD	 12U
#define RAW_LOOP 14U
#define RAW_IPV4 228U
#define RAW_IPV6 229U

/* The upper bits have other meanings than the type. */
#define TYPE_MASK 0x0fffffffU

struct file_header {
	uint32_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t zone;
	uint32_t accuracy;
	uint32_t longest;
	uint32_t type;
};

struct frame_header {
	uint32_t seconds;
	uint32_t fraction;
	uint32_t captured;
	uint32_t len;
};

void pcap_begin(FILE *file, uint32_t type)
{
	const struct file_header header = {
		.magic = MAGIC,
		.major = 2,
		.minor = 4,
		.longest = PCAP_FRAME_MAX,
		.type = type,
	};

	fwrite(&header, sizeof(header), 1, file);
}

void pcap_write(FILE *file, const struct timespec *time, const void *frame,
		uint32_t len)
{
	const struct frame_header header = {
		.seconds = (uint32_t)time->tv_sec,
		.fraction = (uint32_t)(time->tv_nsec / 1000),
		.captured = len,
		.len = len,
	};

	fwrite(&header, sizeof(header), 1, file);
	fwrite(frame, 1, len, file);
}

static uint32_t number(const struct pcap *pcap, uint32_t value)
{
	return pcap->swapped ? __builtin_bswap32(value) : value;
}

static uint32_t type_of(uint32_t type)
{
	switch (type & TYPE_MASK) {
	case RAW_BSD:
	case RAW_LOOP:
	case RAW_IPV4:
	case RAW_IPV6:
		return PCAP_RAW;
	default:
		return type & TYPE_MASK;
	}
}

const char *pcap_open(struct pcap *pcap, FILE *file)
{
	struct file_header header;

	pcap->file = file;
	pcap->swapped = false;
	if (fread(&header, sizeof(header), 1, file) != 1)
		return ferror(file) ? "it cannot be read"
				    : "it is not a pcap file: it is too short";
	if (header.magic == MAGIC_PCAPNG)
		return "it is a pcapng file: convert it to pcap";
	pcap->swapped = header.magic == __builtin_bswap32(MAGIC) ||
			header.magic == __builtin_bswap32(MAGIC_NANO);
	header.magic = number(pcap, header.magic);
	if (header.magic != MAGIC && header.magic != MAGIC_NANO)
		return "it is not a pcap file";
	pcap->type = type_of(number(pcap, header.type));
	return NULL;
}

int pcap_read(struct pcap *pcap, void *frame, uint32_t *len, bool *whole)
{
	struct frame_header header;
	size_t got = fread(&header, 1, sizeof(header), pcap->file);

	if (!got && !ferror(pcap->file))
		return 0;
	if (got != sizeof(header))
		return -1;
	*len = number(pcap, header.captured);
	*whole = *len == number(pcap, header.len);
	if (*len > PCAP_FRAME_MAX || fread(frame, 1, *len, pcap->file) != *len)
		return -1;
	return 1;
}
