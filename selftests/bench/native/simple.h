/* SPDX-License-Identifier: GPL-2.0-only */
/* For a ring that is one object, RING, without private state of its ends. */
struct producer {
	RING *ring;
};

struct consumer {
	RING *ring;
};

static inline struct producer producer_of(void *ring)
{
	struct producer p = { (RING *)ring };

	return p;
}

static inline void producer_done(void *ring, const struct producer *p)
{
	(void)ring;
	(void)p;
}

static inline struct consumer consumer_of(void *ring)
{
	struct consumer c = { (RING *)ring };

	return c;
}

static inline void consumer_done(void *ring, const struct consumer *c)
{
	(void)ring;
	(void)c;
}
