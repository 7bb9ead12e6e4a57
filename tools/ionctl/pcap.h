/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of the format pcap: a header, and frames with their times. Written in the byte
 * order of the machine, read in either one.
 */
#ifndef _IONCTL_PCAP_H
#define _IONCTL_PCAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

/* Types of frames. */
#define PCAP_ETHERNET 1U
#define PCAP_RAW      101U

/* The longest frame. */
#define PCAP_FRAME_MAX 262144U

/**
 * struct pcap - a file that is being read
 * @file: the file
 * @swapped: it has the other byte order
 * @type: type of its frames
 */
struct pcap {
	FILE *file;
	bool swapped;
	uint32_t type;
};

/* Write the header of a file, and a frame; errors are those of the file. */
void pcap_begin(FILE *file, uint32_t type);
void pcap_write(FILE *file, const struct timespec *time, const void *frame,
		uint32_t len);

/* Read the header of a file. Return NULL, or why it cannot be read. */
const char *pcap_open(struct pcap *pcap, FILE *file);

/**
 * pcap_read() - read the next frame
 * @pcap: the file
 * @frame: room for PCAP_FRAME_MAX bytes
 * @len: set to the bytes that are there
 * @whole: set to whether these are all bytes of the frame
 *
 * Return: 1; 0 at the end of the file; -1 if the file is cut off or damaged.
 */
int pcap_read(struct pcap *pcap, void *frame, uint32_t *len, bool *whole);

#endif /* _IONCTL_PCAP_H */
