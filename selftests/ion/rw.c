// SPDX-License-Identifier: GPL-2.0-only
/*
 * read() and write(): whole packets, however the memory of the caller is
 * divided; none lost and none duplicated when the memory is bad or a signal
 * comes.
 */
#include <sys/sendfile.h>

#include "ion_live.h"
#include "ion_test.h"

#define PACKET sizeof(struct ion_packet)

FIXTURE(rw)
{
	struct channel ch;
	struct task task;
	struct ion_packet out[2048];
	struct ion_packet in[2048];
};

ION_LAYOUT_VARIANTS(rw);

FIXTURE_SETUP(rw)
{
	unsigned int i;

	ASSERT_EQ(0, channel_open_layout(&self->ch, variant->layout, 256, ""));
	for (i = 0; i < ARRAY_SIZE(self->out); i++)
		self->out[i] = ion_packet_of(i);
	task_handle_signal(0);
}

FIXTURE_TEARDOWN(rw)
{
	channel_close(&self->ch);
}

static ssize_t put(int fd, const void *from, size_t bytes)
{
	ssize_t n = write(fd, from, bytes);

	return n < 0 ? -errno : n;
}

static ssize_t get(int fd, void *to, size_t bytes)
{
	ssize_t n = read(fd, to, bytes);

	return n < 0 ? -errno : n;
}

static void set_nonblock(int fd, bool on)
{
	fcntl(fd, F_SETFL, O_RDWR | (on ? O_NONBLOCK : 0));
}

/* Return how many packets in a row are those from number @from on. */
static __u32 right(const struct ion_packet *packets, __u64 from, __u32 count)
{
	__u32 i;

	for (i = 0; i < count; i++)
		if (!ion_packet_is(&packets[i], from + i))
			break;
	return i;
}

TEST_F(rw, write_takes_whole_packets_only)
{
	int fd = self->ch.fd;
	size_t bytes;

	for (bytes = 1; bytes < 4 * PACKET; bytes++) {
		if (!(bytes % PACKET))
			continue;
		ASSERT_EQ(-EINVAL, put(fd, self->out, bytes));
	}
	EXPECT_EQ(-EINVAL, put(fd, self->out, 4096));
	EXPECT_EQ(0, put(fd, self->out, 0));
	/* No part of them was written. */
	set_nonblock(fd, true);
	EXPECT_EQ(-EAGAIN, get(fd, self->in, PACKET));
}

TEST_F(rw, read_of_less_than_a_packet_is_refused)
{
	int fd = self->ch.fd;
	size_t bytes;

	EXPECT_EQ(PACKET, put(fd, self->out, PACKET));
	EXPECT_EQ(0, get(fd, self->in, 0));
	for (bytes = 1; bytes < PACKET; bytes++)
		ASSERT_EQ(-EINVAL, get(fd, self->in, bytes));
	/* The call takes nothing. */
	EXPECT_EQ(PACKET, get(fd, self->in, PACKET));
	EXPECT_EQ(1, right(self->in, 0, 1));
}

/* As many packets as fit; the bytes after the last stay unchanged. */
TEST_F(rw, read_rounds_its_size_down)
{
	static const size_t sizes[] = { PACKET + 1, 2 * PACKET - 1, 1000,
					4096 };
	char *to = (char *)self->in;
	int fd = self->ch.fd;
	unsigned int i, fit;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fit = sizes[i] / PACKET;
		EXPECT_EQ(255 * PACKET, put(fd, self->out, 255 * PACKET));
		memset(to, 0x55, sizeof(self->in));
		ASSERT_EQ(fit * PACKET, get(fd, to, sizes[i]))
		TH_LOG("of a read() of %zu bytes", sizes[i]);
		EXPECT_EQ(fit, right(self->in, 0, fit));
		EXPECT_EQ(0x55, to[fit * PACKET]);
		EXPECT_EQ((255 - fit) * PACKET, get(fd, to, 8192));
		EXPECT_EQ(255 - fit, right(self->in, fit, 255 - fit));
	}
}

/* The sum of the pieces is rounded down. */
TEST_F(rw, readv_rounds_its_size_down)
{
	char first[10], second[30], third[41];
	struct iovec iov[] = {
		{ first, sizeof(first) },
		{ second, sizeof(second) },
		{ third, sizeof(third) },
	};
	struct ion_packet packets[3];
	int fd = self->ch.fd;

	memset(third, 0x55, sizeof(third));
	EXPECT_EQ(5 * PACKET, put(fd, self->out, 5 * PACKET));
	ASSERT_EQ(3 * PACKET, readv(fd, iov, ARRAY_SIZE(iov)));
	memcpy(packets, first, 10);
	memcpy((char *)packets + 10, second, 30);
	memcpy((char *)packets + 40, third, 32);
	EXPECT_EQ(3, right(packets, 0, 3));
	EXPECT_EQ(0x55, third[32]);
	EXPECT_EQ(2 * PACKET, get(fd, self->in, 4096));
	EXPECT_EQ(2, right(self->in, 3, 2));
}

TEST_F(rw, read_and_write_before_setup_are_refused)
{
	int fd = ion_open(O_RDWR);

	EXPECT_EQ(-EBADFD, put(fd, self->out, PACKET));
	EXPECT_EQ(-EBADFD, get(fd, self->in, PACKET));
	close(fd);
}

TEST_F(rw, the_access_mode_of_the_descriptor_decides)
{
	struct ion_setup setup;
	int fd = ion_open(O_RDONLY);

	ion_setup_init(&setup, "");
	EXPECT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(-EBADF, put(fd, self->out, PACKET));
	close(fd);
	fd = ion_open(O_WRONLY);
	EXPECT_EQ(0, ion_call(fd, ION_IOC_SETUP, &setup));
	EXPECT_EQ(PACKET, put(fd, self->out, PACKET));
	EXPECT_EQ(-EBADF, get(fd, self->in, PACKET));
	close(fd);
}

TEST_F(rw, read_and_write_move_as_many_as_possible)
{
	int fd = self->ch.fd;

	EXPECT_EQ(100 * PACKET, put(fd, self->out, 100 * PACKET));
	EXPECT_EQ(30 * PACKET, get(fd, self->in, 30 * PACKET));
	EXPECT_EQ(70 * PACKET, get(fd, self->in + 30, 500 * PACKET));
	EXPECT_EQ(100, right(self->in, 0, 100));

	/* Packets that find no room are not written. */
	EXPECT_EQ(255 * PACKET, put(fd, self->out, 1000 * PACKET));
	EXPECT_EQ(255 * PACKET, put(fd, self->out + 255, 700 * PACKET));
	set_nonblock(fd, true);
	EXPECT_EQ(-EAGAIN, put(fd, self->out, PACKET));
	EXPECT_EQ(255 * PACKET, get(fd, self->in, 1000 * PACKET));
	EXPECT_EQ(255 * PACKET, get(fd, self->in + 255, 1000 * PACKET));
	EXPECT_EQ(510, right(self->in, 0, 510));
	EXPECT_EQ(-EAGAIN, get(fd, self->in, PACKET));
	EXPECT_EQ(-EAGAIN, get(fd, self->in, 1000 * PACKET));
}

TEST_F(rw, calls_and_mapping_are_mixed)
{
	int fd = self->ch.fd;

	EXPECT_EQ(3, ion_send(&self->ch, 0, 3));
	EXPECT_EQ(2 * PACKET, get(fd, self->in, 2 * PACKET));
	EXPECT_EQ(2, right(self->in, 0, 2));
	channel_attach_live(&self->ch);
	EXPECT_EQ(1, ion_pop_from(&self->ch, 2, 5));
	EXPECT_EQ(4 * PACKET, put(fd, self->out, 4 * PACKET));
	channel_attach_live(&self->ch);
	EXPECT_EQ(4, ion_pop_from(&self->ch, 0, 5));
	EXPECT_EQ(2, ion_send(&self->ch, 9, 2));
	EXPECT_EQ(2, ion_pop_from(&self->ch, 9, 5));
}

/* Divide the memory so that packets lie across the cuts. */
static int cut(struct iovec *iov, void *from, size_t bytes, size_t piece)
{
	int n = 0;

	while (bytes) {
		size_t length = piece < bytes ? piece : bytes;

		iov[n].iov_base = from;
		iov[n++].iov_len = length;
		from = (char *)from + length;
		bytes -= length;
		piece = piece * 2 + 1;
		/* Empty pieces are ignored. */
		iov[n].iov_base = NULL;
		iov[n++].iov_len = 0;
	}
	return n;
}

TEST_F(rw, memory_in_odd_pieces_is_filled)
{
	struct iovec iov[64];
	size_t piece;
	int n;

	for (piece = 1; piece < 60; piece += 3) {
		n = cut(iov, self->out, 100 * PACKET, piece);
		ASSERT_EQ(100 * PACKET, writev(self->ch.fd, iov, n));
		memset(self->in, 0x55, sizeof(self->in));
		n = cut(iov, self->in, 120 * PACKET, piece + 1);
		ASSERT_EQ(100 * PACKET, readv(self->ch.fd, iov, n));
		ASSERT_EQ(0, memcmp(self->in, self->out, 100 * PACKET));
		ASSERT_EQ(0x55, ((char *)&self->in[100])[0]);
	}
	/* Only the sum counts. */
	n = cut(iov, self->out, 3 * PACKET - 1, 5);
	EXPECT_EQ(-1, writev(self->ch.fd, iov, n));
	EXPECT_EQ(EINVAL, errno);
}

/* Two pages, of which the second is not mapped; @bytes are in the first. */
static char *before_a_hole(size_t bytes)
{
	size_t page = page_size();
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || munmap(pages + page, page))
		abort();
	return pages + page - bytes;
}

TEST_F(rw, a_bad_address_loses_no_packet)
{
	int fd = self->ch.fd;
	size_t bytes;
	ssize_t n;
	__u32 came;

	/*
	 * From none to a few more than go through the kernel's stack at once.
	 */
	for (bytes = 0; bytes < 40 * PACKET; bytes += 7) {
		char *to = before_a_hole(bytes);

		ASSERT_EQ(60 * PACKET, put(fd, self->out, 60 * PACKET));
		n = get(fd, to, 50 * PACKET);
		/* The copy may stop well before the hole. */
		came = n > 0 ? n / PACKET : 0;
		ASSERT_EQ(came ? (ssize_t)(came * PACKET) : -EFAULT, n);
		ASSERT_GE(bytes / PACKET, came);
		memcpy(self->in, to, came * PACKET);
		ASSERT_EQ((60 - came) * PACKET,
			  get(fd, self->in + came, 100 * PACKET));
		ASSERT_EQ(60, right(self->in, 0, 60)) TH_LOG("%zu", bytes);
		munmap(page_of(to), page_size());
	}
	set_nonblock(fd, true);
	EXPECT_EQ(-EAGAIN, get(fd, self->in, PACKET));
}

TEST_F(rw, a_bad_address_writes_whole_packets_once)
{
	int fd = self->ch.fd;
	size_t bytes;
	ssize_t n;
	__u32 went;

	for (bytes = 0; bytes < 40 * PACKET; bytes += 7) {
		char *from = before_a_hole(bytes);

		memcpy(from, self->out, bytes);
		n = put(fd, from, 50 * PACKET);
		went = n > 0 ? n / PACKET : 0;
		ASSERT_EQ(went ? (ssize_t)(went * PACKET) : -EFAULT, n);
		ASSERT_GE(bytes / PACKET, went);
		ASSERT_EQ(20 * PACKET, put(fd, self->out + went, 20 * PACKET));
		ASSERT_EQ((went + 20) * PACKET,
			  get(fd, self->in, 100 * PACKET));
		ASSERT_EQ(went + 20, right(self->in, 0, went + 20));
		munmap(page_of(from), page_size());
	}
	set_nonblock(fd, true);
	EXPECT_EQ(-EAGAIN, get(fd, self->in, PACKET));
}

static int task_put(struct task *task)
{
	struct ion_packet packet = ion_packet_of(task->arg[0]);

	return (int)put(task->ch->fd, &packet, sizeof(packet));
}

static int task_get(struct task *task)
{
	struct ion_packet packet;
	int n = (int)get(task->ch->fd, &packet, sizeof(packet));

	return n > 0 && !ion_packet_is(&packet, task->arg[0]) ? -EBADMSG : n;
}

TEST_F(rw, write_sleeps_until_there_is_room)
{
	EXPECT_EQ(510, ion_fill(&self->ch));
	task_start(&self->task, task_put, &self->ch, 510, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	/* read() makes room and kicks, as the kernel end asks for it. */
	EXPECT_EQ(PACKET, get(self->ch.fd, self->in, PACKET));
	EXPECT_EQ(PACKET, task_join(&self->task));
	EXPECT_EQ(255 * PACKET, get(self->ch.fd, self->in + 1, 400 * PACKET));
	EXPECT_EQ(255 * PACKET, get(self->ch.fd, self->in + 256, 400 * PACKET));
	EXPECT_EQ(511, right(self->in, 0, 511));
}

TEST_F(rw, read_sleeps_until_packets_are_written)
{
	task_start(&self->task, task_get, &self->ch, 5, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(PACKET, put(self->ch.fd, self->out + 5, PACKET));
	EXPECT_EQ(PACKET, task_join(&self->task));
}

TEST_F(rw, a_signal_ends_read_and_write)
{
	task_start(&self->task, task_get, &self->ch, 0, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	task_signal(&self->task, SIGUSR1);
	EXPECT_EQ(-EINTR, task_join(&self->task));

	EXPECT_EQ(510, ion_fill(&self->ch));
	task_start(&self->task, task_put, &self->ch, 0, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	task_signal(&self->task, SIGUSR1);
	EXPECT_EQ(-EINTR, task_join(&self->task));
	EXPECT_EQ(510, ion_reset(self->ch.fd));
}

TEST_F(rw, sa_restart_repeats_read)
{
	unsigned int i;

	task_handle_signal(SA_RESTART);
	task_signals = 0;
	task_start(&self->task, task_get, &self->ch, 3, 0);
	for (i = 0; i < 3; i++) {
		EXPECT_TRUE(task_sleeps(&self->task));
		task_signal(&self->task, SIGUSR1);
		EXPECT_TRUE(AWAIT(task_signals > i));
	}
	EXPECT_TRUE(task_sleeps(&self->task));
	EXPECT_EQ(PACKET, put(self->ch.fd, self->out + 3, PACKET));
	EXPECT_EQ(PACKET, task_join(&self->task));
}

TEST_F(rw, poison_ends_read_and_write)
{
	int fd = self->ch.fd;

	task_start(&self->task, task_get, &self->ch, 0, 0);
	EXPECT_TRUE(task_sleeps(&self->task));
	WRITE_ONCE(*user_index(&self->ch, ION_RING_CMD), 12345);
	EXPECT_EQ(-EPROTO, ion_kick(fd));
	EXPECT_EQ(-EPROTO, task_join(&self->task));
	EXPECT_EQ(-EPROTO, get(fd, self->in, PACKET));
	EXPECT_EQ(-EPROTO, put(fd, self->out, PACKET));
	EXPECT_EQ(0, ion_reset(fd));
	EXPECT_EQ(PACKET, put(fd, self->out, PACKET));
	EXPECT_EQ(PACKET, get(fd, self->in, PACKET));
}

TEST_F(rw, positions_and_splices_are_refused)
{
	int fd = self->ch.fd, pipes[2];

	EXPECT_EQ(PACKET, put(fd, self->out, PACKET));
	EXPECT_ERRNO(ESPIPE, pread(fd, self->in, PACKET, 0));
	EXPECT_ERRNO(ESPIPE, pwrite(fd, self->out, PACKET, 0));
	EXPECT_ERRNO(ESPIPE, lseek(fd, 0, SEEK_SET));
	EXPECT_ERRNO(ESPIPE, lseek(fd, 0, SEEK_CUR));

	ASSERT_EQ(0, pipe(pipes));
	EXPECT_ERRNO(EINVAL, splice(fd, NULL, pipes[1], NULL, PACKET, 0));
	EXPECT_EQ(PACKET, write(pipes[1], self->out, PACKET));
	EXPECT_ERRNO(EINVAL, splice(pipes[0], NULL, fd, NULL, PACKET, 0));
	EXPECT_ERRNO(EINVAL, sendfile(pipes[1], fd, NULL, PACKET));
	EXPECT_EQ(PACKET, get(fd, self->in, PACKET));
	EXPECT_EQ(1, right(self->in, 0, 1));
	close(pipes[0]);
	close(pipes[1]);
}

static int task_get_many(struct task *task)
{
	struct ion_packet packets[50];
	__u64 came = 0;

	while (came < task->arg[0]) {
		ssize_t n = get(task->ch->fd, packets, sizeof(packets));

		if (n <= 0)
			return (int)n;
		if (right(packets, came, n / PACKET) != n / PACKET)
			return -EBADMSG;
		came += n / PACKET;
	}
	return 0;
}

/* Both sides sleep half of the time; either runs the kernel end. */
static int task_put_many(struct task *task)
{
	struct ion_packet packets[70];
	__u64 sent = 0;
	unsigned int i;

	while (sent < task->arg[0]) {
		__u64 want = 1 + ion_mix(sent) % ARRAY_SIZE(packets);
		ssize_t n;

		if (want > task->arg[0] - sent)
			want = task->arg[0] - sent;
		for (i = 0; i < want; i++)
			packets[i] = ion_packet_of(sent + i);
		n = put(task->ch->fd, packets, want * PACKET);
		if (n <= 0)
			return (int)n;
		sent += n / PACKET;
	}
	return 0;
}

/* How many packets are in the channel before they are taken out. */
#define STOCK 60000

/*
 * Take packets one by one without blocking until there are none; return how
 * many, or -EAGAIN if read() reported none while there were more. No packets
 * are added.
 */
static int task_get_all(struct task *task)
{
	struct ion_packet packet;
	int fd = task->ch->fd;
	__u64 last = 0;
	int came = 0;
	ssize_t n;

	while ((n = get(fd, &packet, sizeof(packet))) == PACKET) {
		if (!ion_packet_is(&packet, packet.data) ||
		    (came && packet.data <= last))
			return -EBADMSG;
		last = packet.data;
		came++;
	}
	if (n != -EAGAIN)
		return (int)n;
	task->arg[0] = came;
	return ion_poll_for(fd, POLLIN, 0) == POLLIN ? -EAGAIN : came;
}

/* Another call in progress is no reason to report an empty ring. */
TEST_F(rw, nonblocking_reads_of_two_threads_find_all_packets)
{
	struct task tasks[2];
	unsigned int i, stock;
	int came = 0, ret;
	struct channel ch;

	ASSERT_EQ(0, channel_open_layout(&ch, variant->layout, 65536, ""));
	for (stock = 0; stock < STOCK; stock += 1000)
		ASSERT_EQ(1000, ion_send(&ch, stock, 1000));
	set_nonblock(ch.fd, true);
	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		task_start(&tasks[i], task_get_all, &ch, 0, 0);
	for (i = 0; i < ARRAY_SIZE(tasks); i++) {
		ret = task_join(&tasks[i]);
		EXPECT_LE(0, ret)
		TH_LOG("read() failed with \"%s\" after %llu packets, with more in the ring",
		       strerror(-ret), tasks[i].arg[0]);
		came += ret;
	}
	EXPECT_EQ(STOCK, came);
	channel_close(&ch);
}

#define MANY 30000

TEST_F(rw, many_packets_come_in_order)
{
	struct task writer;

	task_start(&self->task, task_get_many, &self->ch, MANY, 0);
	task_start(&writer, task_put_many, &self->ch, MANY, 0);
	EXPECT_EQ(0, task_join(&writer));
	EXPECT_EQ(0, task_join(&self->task));
}

TEST_F(rw, many_packets_come_in_order_with_a_lent_thread)
{
	struct task server, writer;

	ASSERT_TRUE(server_start(&server, &self->ch, MS / 20, 0));
	task_start(&self->task, task_get_many, &self->ch, MANY, 0);
	task_start(&writer, task_put_many, &self->ch, MANY, 0);
	EXPECT_EQ(0, task_join(&writer));
	EXPECT_EQ(0, task_join(&self->task));
	EXPECT_EQ(-EINTR, server_stop(&server));
}

#define MOVED_SLOTS 16
#define MOVED_SIZE  (4096 * PACKET)

/*
 * The most bytes that one call moved, of calls that could move more than the
 * ring holds, while a lent thread works at the other end; or -errno. Each page
 * faults, which gives the other end time to go on.
 */
static ssize_t most_moved(const char *service)
{
	void *packets = mmap(NULL, MOVED_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool reads = !strcmp(service, "source");
	ssize_t n = 1, most = 0;
	struct channel ch;
	struct task server;
	unsigned int i;

	if (packets == MAP_FAILED ||
	    channel_open_slots(&ch, MOVED_SLOTS, service) ||
	    !server_start(&server, &ch, SPIN, 0))
		return -EIO;
	for (i = 0; i < 1000 && n > 0; i++) {
		madvise(packets, MOVED_SIZE, MADV_DONTNEED);
		n = reads ? get(ch.fd, packets, MOVED_SIZE)
			  : put(ch.fd, packets, MOVED_SIZE);
		most = n > most ? n : most;
	}
	server_stop(&server);
	channel_close(&ch);
	munmap(packets, MOVED_SIZE);
	return n > 0 ? most : n;
}

TEST(a_read_ends_while_the_other_end_goes_on)
{
	ssize_t most = most_moved("source");

	EXPECT_LT(0, most);
	EXPECT_GE((MOVED_SLOTS - 1) * (ssize_t)PACKET, most);
}

TEST(a_write_ends_while_the_other_end_goes_on)
{
	ssize_t most = most_moved("sink");

	EXPECT_LT(0, most);
	EXPECT_GE((MOVED_SLOTS - 1) * (ssize_t)PACKET, most);
}

ION_TEST_KERNEL_LOG()

ION_TEST_MAIN
