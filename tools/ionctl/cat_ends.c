// SPDX-License-Identifier: GPL-2.0-only
/* The buffers in the three threads of ionctl cat. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cat.h"
#include "fail.h"

/* Packets that are popped each time the lock is taken. */
#define BATCH 64

void cat_quit(struct cat *cat, int status)
{
	own_show_stats(&cat->own);
	_exit(status);
}

void cat_thread(struct cat *cat, pthread_t *thread, void *(*run)(void *))
{
	int error = pthread_create(thread, NULL, run, cat);

	if (error)
		cat_quit(cat, fail_errno(-error, "making a thread"));
}

/* ---- the reader -------------------------------------------------------- */

static uint32_t get_buffer(struct cat *cat)
{
	int id;

	pthread_mutex_lock(&cat->lock);
	while ((id = ionc_buffer_get(cat->own.ch)) < 0)
		pthread_cond_wait(&cat->freed, &cat->lock);
	pthread_mutex_unlock(&cat->lock);
	return (uint32_t)id;
}

/* Read once into a buffer; return the bytes, 0 at the end. */
static uint16_t fill_buffer(struct cat *cat, uint32_t id)
{
	size_t size = cat->own.ch->buffer_size;
	ssize_t n;

	do {
		n = read(STDIN_FILENO, ionc_buffer(cat->own.ch, id),
			 size < UINT16_MAX ? size : UINT16_MAX);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		cat_quit(cat, fail_errno(-errno, "stdin"));
	return (uint16_t)n;
}

/*
 * At the end of stdin an empty buffer is sent. When it comes back, all buffers
 * are back, and it wakes the first thread. A pair uses commands for that.
 */
static void send_buffer(struct cat *cat, uint32_t id, uint16_t length)
{
	struct ion_packet packet = ionc_packet(cat->own.ch, id, length);

	pthread_mutex_lock(&cat->lock);
	cat->sent += length;
	cat->eof = !length;
	if (cat->eof && cat->pair) {
		ionc_buffer_put(cat->own.ch, id);
		cat_tell_end(cat);
	} else {
		cat->out++;
		ionc_push(cat->own.ch, &packet);
	}
	pthread_mutex_unlock(&cat->lock);
	/* The first thread waits and reports errors. */
	ionc_kick(cat->own.ch);
}

void *cat_read(void *arg)
{
	struct cat *cat = arg;
	uint16_t length;
	uint32_t id;

	do {
		id = get_buffer(cat);
		length = fill_buffer(cat, id);
		send_buffer(cat, id, length);
	} while (length);
	return NULL;
}

/* ---- the first thread -------------------------------------------------- */

static void take(struct cat *cat, const struct ion_packet *packet)
{
	uint32_t buffers = cat->own.ch->buffers;

	if (!cat->pair || !packet->len)
		cat->out--;
	if (!packet->len) {
		ionc_buffer_put(cat->own.ch, packet->id);
		pthread_cond_signal(&cat->freed);
		return;
	}
	cat->popped += packet->len;
	cat->queue[(cat->first + cat->queued++) % buffers] = *packet;
	pthread_cond_signal(&cat->work);
}

void cat_pop(struct cat *cat)
{
	struct ion_packet packets[BATCH];
	uint32_t n, i;

	n = ionc_pop_n(cat->own.ch, packets, BATCH);
	pthread_mutex_lock(&cat->lock);
	for (i = 0; i < n; i++)
		take(cat, &packets[i]);
	pthread_mutex_unlock(&cat->lock);
	ionc_kick(cat->own.ch);
}

/* ---- the writer -------------------------------------------------------- */

/* Get the next packet to write; return false if there will be none. */
static bool next_packet(struct cat *cat, struct ion_packet *packet)
{
	bool there;

	pthread_mutex_lock(&cat->lock);
	while (!cat->queued && !cat->finished)
		pthread_cond_wait(&cat->work, &cat->lock);
	there = cat->queued;
	if (there) {
		*packet = cat->queue[cat->first];
		cat->first = (cat->first + 1) % cat->own.ch->buffers;
		cat->queued--;
	}
	pthread_mutex_unlock(&cat->lock);
	return there;
}

static void write_packet(struct cat *cat, const struct ion_packet *packet)
{
	const void *payload = ionc_payload(cat->own.ch, packet);
	int status;

	if (!payload)
		cat_quit(cat,
			 fail("a packet has a payload that is in no buffer"));
	status = own_write(payload, packet->len);
	if (status != EXIT_OK)
		cat_quit(cat, status);
	pthread_mutex_lock(&cat->lock);
	cat->written += packet->len;
	own_popped(&cat->own, packet);
	pthread_cond_signal(&cat->freed);
	cat_tell_done(cat);
	pthread_mutex_unlock(&cat->lock);
	ionc_kick(cat->own.ch);
}

void *cat_write(void *arg)
{
	struct ion_packet packet;
	struct cat *cat = arg;

	while (next_packet(cat, &packet))
		write_packet(cat, &packet);
	return NULL;
}
