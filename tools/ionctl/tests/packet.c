// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the formats of packets and commands; they need no device. */
#include <string.h>

#include "../packet.h"
#include "../packet_read.h"
#include "check.h"

static const struct ion_packet edges[] = {
	{ .data = 0 },
	{ .data = 1, .phys = 2, .len = 3, .id = 4, .pad = 5 },
	{ .data = 0x7fffffffffffffff, .phys = 0x8000000000000000 },
	{ .data = 0x20000000000001, .len = 0x7fff, .id = 0x8000 },
	{ UINT64_MAX, UINT64_MAX, UINT16_MAX, UINT16_MAX, UINT32_MAX },
};

static const struct ion_cmd_packet cmd_edges[] = {
	{ .kind = 0 },
	{ .kind = 1, .pad = 2, .arg = 3, .id_lo = 4, .id_hi = 5 },
	{ .id_lo = 0x8000000000000000, .id_hi = 0x0123456789abcdef },
	{ UINT32_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX },
};

static bool comes_back(enum item_kind kind, enum item_format format,
		       const union item *item)
{
	char text[ITEM_MAX], why[WHY_MAX] = "";
	size_t length = item_write(kind, format, item, text);
	union item back;

	memset(&back, 0xa5, sizeof(back));
	if (length != strlen(text) || text[length - 1] != '\n' ||
	    !item_parse(kind, &back, text, length - 1, why)) {
		printf("# %s# %s\n", text, why);
		return false;
	}
	return !memcmp(item, &back, item_size(kind));
}

static void round_trips(void)
{
	union item item;
	size_t i;

	for (i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		item.packet = edges[i];
		CHECK(comes_back(ITEM_PACKET, ITEM_TEXT, &item));
		CHECK(comes_back(ITEM_PACKET, ITEM_JSON, &item));
	}
	for (i = 0; i < sizeof(cmd_edges) / sizeof(*cmd_edges); i++) {
		item.cmd = cmd_edges[i];
		CHECK(comes_back(ITEM_COMMAND, ITEM_TEXT, &item));
		CHECK(comes_back(ITEM_COMMAND, ITEM_JSON, &item));
	}
}

/* Write and read back each single bit. */
static void every_bit(void)
{
	enum item_kind kind;
	union item item;
	size_t bit;

	for (kind = ITEM_PACKET; kind <= ITEM_COMMAND; kind++)
		for (bit = 0; bit < item_size(kind) * 8; bit++) {
			memset(&item, 0, sizeof(item));
			((unsigned char *)&item)[bit / 8] = 1U << bit % 8;
			CHECK(comes_back(kind, ITEM_TEXT, &item));
			CHECK(comes_back(kind, ITEM_JSON, &item));
		}
}

static bool writes(enum item_kind kind, enum item_format format,
		   const union item *item, const char *wanted)
{
	char text[ITEM_MAX];

	item_write(kind, format, item, text);
	return !strcmp(text, wanted);
}

static void written_as_documented(void)
{
	static const char text[] = "data=0x10ad phys=0 len=2 id=7 pad=0\n";
	static const char json[] =
		"{\"data\":\"0x10ad\",\"phys\":\"0x0\",\"len\":2,\"id\":7,\"pad\":0}\n";
	static const char cmd_text[] =
		"kind=1 arg=0xa id=00000000000000020000000000000000 pad=0\n";
	static const char cmd_json[] =
		"{\"kind\":1,\"arg\":\"0xa\",\"id\":\"00000000000000020000000000000000\",\"pad\":0}\n";
	union item item = {
		.packet = { .data = 0x10ad, .len = 2, .id = 7 },
	};

	CHECK(writes(ITEM_PACKET, ITEM_TEXT, &item, text));
	CHECK(writes(ITEM_PACKET, ITEM_JSON, &item, json));
	item.cmd = (struct ion_cmd_packet){ .kind = 1, .arg = 10, .id_hi = 2 };
	CHECK(writes(ITEM_COMMAND, ITEM_TEXT, &item, cmd_text));
	CHECK(writes(ITEM_COMMAND, ITEM_JSON, &item, cmd_json));
}

/* ---- accepted input ---------------------------------------------------- */

static void accepts(enum item_kind kind, const char *text,
		    const union item *wanted)
{
	char why[WHY_MAX] = "";
	union item item;

	memset(&item, 0xa5, sizeof(item));
	if (!item_parse(kind, &item, text, strlen(text), why) ||
	    memcmp(&item, wanted, item_size(kind))) {
		printf("# %s: %s\n", text, *why ? why : "another packet");
		check_failed = true;
	}
}

static void accepts_packet(const char *text, struct ion_packet packet)
{
	union item item = { .packet = packet };

	accepts(ITEM_PACKET, text, &item);
}

static void accepts_cmd(const char *text, struct ion_cmd_packet cmd)
{
	union item item = { .cmd = cmd };

	accepts(ITEM_COMMAND, text, &item);
}

static void accepted(void)
{
	struct ion_packet p = { .data = 16, .len = 2, .id = 7 };
	struct ion_packet high = { .data = 0x8000000000000001 };
	struct ion_cmd_packet c = { .kind = 1, .arg = 2, .id_lo = 0xab };

	accepts_packet("data=0x10,len=2,id=7,pad=0", p);
	accepts_packet("  id=7 , len=2\tdata=16\r", p);
	accepts_packet("16,0,2,7,0", p);
	accepts_packet("0x10 id=0x7 len=0X2", p);
	accepts_packet("{\"data\":16,\"len\":2,\"id\":7}", p);
	accepts_packet("{ \"id\" : \"0x7\" , \"len\":2, \"data\":\"16\" } ", p);
	accepts_packet("{\"\\u0064ata\":16,\"\\u006Cen\":2,\"id\":7}", p);
	accepts_packet("{\"data\":9223372036854775809}", high);
	accepts_packet("{\"data\":\"9223372036854775809\"}", high);
	accepts_packet("9223372036854775809", high);
	accepts_cmd("1,2,000000000000000000000000000000ab", c);
	accepts_cmd("kind=1 arg=2 id=0xAB", c);
	accepts_cmd("{\"kind\":1,\"arg\":2,\"id\":\"0xab\"}", c);
}

/* ---- refused input ----------------------------------------------------- */

struct refusal {
	enum item_kind kind;
	const char *text;
	const char *why;
};

static const struct refusal refusals[] = {
	{ ITEM_PACKET, "len=70000", "len is 70000; the maximum is 65535" },
	{ ITEM_PACKET, "len=0x10000", "len is 0x10000; the maximum is 65535" },
	{ ITEM_PACKET, "id=65536", "id is 65536; the maximum is 65535" },
	{ ITEM_PACKET, "pad=4294967296",
	  "pad is 4294967296; the maximum is 4294967295" },
	{ ITEM_PACKET, "data=18446744073709551616",
	  "data is 18446744073709551616; the maximum is 18446744073709551615" },
	{ ITEM_PACKET, "phys=0x10000000000000000",
	  "phys is 0x10000000000000000; the maximum is 18446744073709551615" },
	{ ITEM_PACKET, "phys=99999999999999999999999999999",
	  "phys is 999999999999999999999999...; the maximum is 18446744073709551615" },
	{ ITEM_PACKET, "data=-1",
	  "data is \"-1\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET,
	  "data=", "data is \"\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "data=0x",
	  "data is \"0x\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "data=1f",
	  "data is \"1f\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "data=010",
	  "data is \"010\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "data=0b1",
	  "data is \"0b1\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "x\x1b[m",
	  "data is \"x?[m\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "length=2",
	  "there is no field \"length\", only data, phys, len, id and pad" },
	{ ITEM_PACKET, "=2",
	  "there is no field \"\", only data, phys, len, id and pad" },
	{ ITEM_PACKET, "1,2,3,4,5,6", "which field is \"6\"? give NAME=6" },
	{ ITEM_PACKET, "len=1 2", "which field is \"2\"? give NAME=2" },
	{ ITEM_PACKET, "1,data=2", "data is given twice" },
	{ ITEM_PACKET, "", "no field is given" },
	{ ITEM_PACKET, "1,,2", "a comma has nothing before it" },
	{ ITEM_PACKET, "1,2,", "a comma has nothing after it" },
	{ ITEM_COMMAND, "id=7",
	  "id is \"7\": give 32 hexadecimal digits, or 0x and fewer" },
	{ ITEM_COMMAND, "id=0000000000000000000000000000000g",
	  "id is \"000000000000000000000000...\": give 32 hexadecimal digits, or 0x and fewer" },
	{ ITEM_COMMAND, "id=0x100000000000000000000000000000000",
	  "id is \"0x1000000000000000000000...\": give 32 hexadecimal digits, or 0x and fewer" },
	{ ITEM_COMMAND, "kind=4294967296",
	  "kind is 4294967296; the maximum is 4294967295" },
	{ ITEM_COMMAND, "data=1",
	  "there is no field \"data\", only kind, arg, id and pad" },
	{ ITEM_COMMAND, "1,2,0x3,4,5", "which field is \"5\"? give NAME=5" },
	{ ITEM_PACKET, "{}", "no field is given" },
	{ ITEM_PACKET, "{", "expected the name of a field, found no more" },
	{ ITEM_PACKET, "{\"data\":1",
	  "expected a comma or a brace, found no more" },
	{ ITEM_PACKET, "{\"data\":1,}",
	  "expected the name of a field, found \"}\"" },
	{ ITEM_PACKET, "{\"data\" 1}", "expected a colon, found \"1}\"" },
	{ ITEM_PACKET, "{\"data\":}",
	  "expected a number or a string, found \"}\"" },
	{ ITEM_PACKET, "{\"data\":[1]}",
	  "expected a number or a string, found \"[1]}\"" },
	{ ITEM_PACKET, "{\"data\":1} {\"data\":2}",
	  "expected the end of the line, found \"{\"data\":2}\"" },
	{ ITEM_PACKET, "{\"data\":1.5}",
	  "data is \"1.5\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "{\"data\":1e3}",
	  "data is \"1e3\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "{\"data\":null}",
	  "data is \"null\": give a number, such as 12 or 0xc" },
	{ ITEM_PACKET, "{\"data\":0x10}",
	  "0x10 is not a number in JSON: write it as a string" },
	{ ITEM_PACKET, "{\"data\":1,\"data\":1}", "data is given twice" },
	{ ITEM_PACKET, "{\"len\":70000}",
	  "len is 70000; the maximum is 65535" },
	{ ITEM_PACKET, "{\"kind\":1}", "a packet has no field \"kind\"" },
	{ ITEM_PACKET, "{\"data\":\"1}", "the line ends within a string" },
	{ ITEM_PACKET, "{\"data\":\"\\x\"}",
	  "a string has an escape that JSON does not know" },
	{ ITEM_PACKET, "{\"data\":\"\\u00\"}",
	  "a string has an escape that JSON does not know" },
	{ ITEM_PACKET, "{\"data\":\"1\t\"}",
	  "a string has a control character in it" },
	{ ITEM_COMMAND, "{\"id\":7}",
	  "id is \"7\": give 32 hexadecimal digits, or 0x and fewer" },
	{ ITEM_COMMAND, "{\"len\":7}", "a command has no field \"len\"" },
};

static void refused(void)
{
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *r = &refusals[i];
		union item item, before;
		char why[WHY_MAX] = "";

		memset(&item, 0xa5, sizeof(item));
		before = item;
		CHECK(!item_parse(r->kind, &item, r->text, strlen(r->text),
				  why));
		CHECK(!memcmp(&item, &before, sizeof(item)));
		if (strcmp(why, r->why)) {
			printf("# %s: \"%s\", not \"%s\"\n", r->text, why,
			       r->why);
			check_failed = true;
		}
	}
}

/* A line that is cut off, or has one wrong byte, causes no crash. */
static void mangled(void)
{
	const char *whole =
		" {\"data\":\"0x\\u0031\",\"phys\":1,\"len\":2,\"id\":\"7\",\"pad\":0} ";
	size_t length = strlen(whole), i;
	char why[WHY_MAX], text[128];
	union item item;
	int byte;

	for (i = 0; i < length; i++) {
		char *cut = malloc(i + 1);

		if (!cut)
			abort();
		memcpy(cut, whole, i);
		CHECK(!item_parse(ITEM_PACKET, &item, cut, i, why) ||
		      i == length - 1);
		free(cut);
		for (byte = 0; byte < 256; byte++) {
			memcpy(text, whole, length);
			text[i] = (char)byte;
			item_parse(ITEM_PACKET, &item, text, length, why);
			item_parse(ITEM_COMMAND, &item, text, length, why);
		}
	}
}

/* ---- reading a pipe ---------------------------------------------------- */

static struct item_reader reader;
static int feed;

static void begin(enum item_kind kind, bool binary)
{
	int ends[2];

	if (pipe(ends))
		abort();
	memset(&reader, 0, sizeof(reader));
	reader.kind = kind;
	reader.binary = binary;
	reader.fd = ends[0];
	feed = ends[1];
}

static void put(const void *bytes, size_t length)
{
	if (write(feed, bytes, length) != (ssize_t)length)
		abort();
}

static void end(void)
{
	close(feed);
	close(reader.fd);
}

static int next(void)
{
	union item item;

	return item_read(&reader, &item);
}

static void lines(void)
{
	union item item;

	begin(ITEM_PACKET, false);
	put("\n1\n\t\n{\"data\":2}\n", 16);
	CHECK_EQ(1, item_read(&reader, &item));
	CHECK_EQ(1, item.packet.data);
	CHECK(item_ready(&reader));
	CHECK_EQ(1, item_read(&reader, &item));
	CHECK_EQ(2, item.packet.data);
	CHECK(!item_ready(&reader));
	/* Blank lines are no input: item_read() would wait. */
	put("3\n\n\n", 4);
	CHECK_EQ(1, next());
	CHECK(!item_ready(&reader));
	put("4", 1);
	close(feed);
	CHECK_EQ(1, item_read(&reader, &item));
	CHECK_EQ(4, item.packet.data);
	CHECK_EQ(0, next());
	close(reader.fd);
}

static void bad_lines(void)
{
	char line[ITEM_LINE_MAX + 1];

	begin(ITEM_PACKET, false);
	put("1\n\nlen=70000\n", 13);
	CHECK_EQ(1, next());
	CHECK_EQ(-1, next());
	CHECK(!strcmp(reader.why,
		      "line 3: len is 70000; the maximum is 65535"));
	end();

	memset(line, ' ', sizeof(line));
	memcpy(line, "1", 1);
	line[ITEM_LINE_MAX - 1] = '\n';
	begin(ITEM_PACKET, false);
	put(line, ITEM_LINE_MAX);
	CHECK_EQ(1, next());
	line[ITEM_LINE_MAX - 1] = ' ';
	line[ITEM_LINE_MAX] = '\n';
	put(line, ITEM_LINE_MAX + 1);
	CHECK_EQ(-1, next());
	CHECK(!strcmp(reader.why, "line 2: it is longer than 4095 bytes"));
	end();

	/* A line without an end is refused once it is too long. */
	begin(ITEM_PACKET, false);
	line[ITEM_LINE_MAX] = ' ';
	put(line, ITEM_LINE_MAX);
	CHECK_EQ(-1, next());
	end();
}

static void binary(void)
{
	struct ion_packet packet = edges[4];
	union item item;

	begin(ITEM_PACKET, true);
	put(&packet, 10);
	CHECK(!item_ready(&reader));
	put((char *)&packet + 10, sizeof(packet) - 10);
	put(&packet, sizeof(packet));
	CHECK_EQ(1, item_read(&reader, &item));
	CHECK(!memcmp(&packet, &item, sizeof(packet)));
	CHECK(item_ready(&reader));
	CHECK_EQ(1, next());
	put(&packet, 10);
	close(feed);
	CHECK_EQ(-1, next());
	CHECK(!strcmp(reader.why,
		      "the input ends within packet 3: 10 of 24 bytes"));
	close(reader.fd);

	begin(ITEM_COMMAND, true);
	put(&cmd_edges[1], sizeof(*cmd_edges));
	close(feed);
	CHECK_EQ(1, item_read(&reader, &item));
	CHECK(!memcmp(&cmd_edges[1], &item, sizeof(*cmd_edges)));
	CHECK_EQ(0, next());
	close(reader.fd);
	CHECK_EQ(0, next());
}

static void unreadable(void)
{
	memset(&reader, 0, sizeof(reader));
	reader.fd = -1;
	CHECK_EQ(-1, next());
	CHECK(!strcmp(reader.why,
		      "cannot read the input: Bad file descriptor"));
}

int main(void)
{
	static const struct check checks[] = {
		{ "a written item is read back", round_trips },
		{ "every single bit", every_bit },
		{ "written as documented", written_as_documented },
		{ "accepted input", accepted },
		{ "refused input, and the reason", refused },
		{ "mangled lines", mangled },
		{ "lines of a pipe", lines },
		{ "bad lines of a pipe", bad_lines },
		{ "binary", binary },
		{ "an input that cannot be read", unreadable },
		{ NULL, NULL },
	};

	return check_all(checks);
}
