// SPDX-License-Identifier: GPL-2.0-only
/* Tests of pcap files: of either byte order, damaged, and of other kinds. */
#include "../pcap.h"

#include <string.h>

#include "check.h"

static unsigned char data[PCAP_FRAME_MAX];

static FILE *new_file(void)
{
	FILE *file = tmpfile();

	if (!file)
		abort();
	return file;
}

static void go_to_start(FILE *file)
{
	if (fseek(file, 0, SEEK_SET))
		abort();
}

static FILE *file_of(const void *bytes, size_t size)
{
	FILE *file = new_file();

	if (fwrite(bytes, 1, size, file) != size)
		abort();
	go_to_start(file);
	return file;
}

static void written_and_read(void)
{
	const struct timespec time = { .tv_sec = 5, .tv_nsec = 7000 };
	FILE *file = new_file();
	struct pcap pcap;
	uint32_t len;
	bool whole;

	pcap_begin(file, PCAP_RAW);
	pcap_write(file, &time, "tea", 3);
	pcap_write(file, &time, data, PCAP_FRAME_MAX);
	go_to_start(file);
	CHECK(!pcap_open(&pcap, file));
	CHECK_EQ(PCAP_RAW, pcap.type);
	CHECK_EQ(1, pcap_read(&pcap, data, &len, &whole));
	CHECK_EQ(3, len);
	CHECK(whole && !memcmp(data, "tea", 3));
	CHECK_EQ(1, pcap_read(&pcap, data, &len, &whole));
	CHECK_EQ(PCAP_FRAME_MAX, len);
	CHECK_EQ(0, pcap_read(&pcap, data, &len, &whole));
	fclose(file);
}

/* A file of big-endian machines, with nanoseconds; one frame is there in part. */
static void other_order(void)
{
	static const unsigned char bytes[] = {
		0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0,
		0,    0,    0,	  0,	1, 0, 0, 0, 0, 1, 0, 0, 0, 9,
		0,    0,    0,	  9,	0, 0, 0, 2, 0, 0, 0, 3, 7, 8,
	};
	FILE *file = file_of(bytes, sizeof(bytes));
	struct pcap pcap;
	uint32_t len;
	bool whole;

	CHECK(!pcap_open(&pcap, file));
	CHECK_EQ(PCAP_ETHERNET, pcap.type);
	CHECK_EQ(1, pcap_read(&pcap, data, &len, &whole));
	CHECK_EQ(2, len);
	CHECK(!whole && data[1] == 8);
	CHECK_EQ(0, pcap_read(&pcap, data, &len, &whole));
	fclose(file);
}

/* Every number of IP packets is the same type. */
static void types(void)
{
	static const uint32_t same[] = { 12,  14,  101,
					 228, 229, 0xf0000000U | 228 };
	struct pcap pcap;
	unsigned int i;
	FILE *file;

	for (i = 0; i < sizeof(same) / sizeof(*same); i++) {
		file = new_file();
		pcap_begin(file, same[i]);
		go_to_start(file);
		CHECK(!pcap_open(&pcap, file));
		CHECK_EQ(PCAP_RAW, pcap.type);
		fclose(file);
	}
}

/* Read a file that was cut off at any byte: no frame, or an error. */
static void cut_off(void)
{
	const struct timespec time = { 0 };
	unsigned char bytes[24 + 16 + 10];
	FILE *file = new_file();
	struct pcap pcap;
	uint32_t len;
	bool whole;
	size_t size;

	pcap_begin(file, PCAP_ETHERNET);
	pcap_write(file, &time, data, 10);
	go_to_start(file);
	if (fread(bytes, 1, sizeof(bytes), file) != sizeof(bytes))
		abort();
	fclose(file);
	for (size = 0; size < sizeof(bytes); size++) {
		file = file_of(bytes, size);
		if (size < 24)
			CHECK(pcap_open(&pcap, file));
		else
			CHECK(!pcap_open(&pcap, file));
		if (size >= 24)
			CHECK_EQ(size == 24 ? 0 : -1,
				 pcap_read(&pcap, data, &len, &whole));
		fclose(file);
	}
}

static void wrong_files(void)
{
	static const char pcapng[24] = "\n\r\r\n";
	static const uint32_t long_frame[10] = { 0xa1b2c3d4U, 0x00040002, 0, 0,
						 65535,	      1,	  0, 0,
						 262145,      262145 };
	FILE *file = file_of(pcapng, sizeof(pcapng));
	struct pcap pcap;
	uint32_t len;
	bool whole;

	CHECK(strstr(pcap_open(&pcap, file), "pcapng"));
	fclose(file);
	file = file_of("this text is no such file at all", 32);
	CHECK(strstr(pcap_open(&pcap, file), "not a pcap file"));
	fclose(file);
	file = file_of(long_frame, sizeof(long_frame));
	CHECK(!pcap_open(&pcap, file));
	CHECK_EQ(-1, pcap_read(&pcap, data, &len, &whole));
	fclose(file);
}

int main(void)
{
	static const struct check checks[] = {
		{ "a pcap file is read as it was written", written_and_read },
		{ "a pcap file of the other byte order", other_order },
		{ "types of pcap files", types },
		{ "a pcap file is cut off", cut_off },
		{ "files that are no pcap", wrong_files },
		{ NULL, NULL },
	};

	return check_all(checks);
}
