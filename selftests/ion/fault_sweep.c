// SPDX-License-Identifier: GPL-2.0-only
/* A call with each of its allocations failing in turn. */
#include <stdarg.h>

#include "fault_sweep.h"

void world_begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->ch.fd = -1;
	w->other.fd = -1;
	w->fd = -1;
}

void world_end(struct world *w)
{
	channel_close(&w->ch);
	channel_close(&w->other);
	if (w->fd >= 0)
		close(w->fd);
	world_begin(w);
}

/* Note the fault of turn @n, unless there was one before. */
static void __attribute__((format(printf, 3, 4)))
sweep_fault(struct sweep *sweep, unsigned int n, const char *format, ...)
{
	char text[80];
	va_list args;

	if (sweep->fault[0])
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(sweep->fault, sizeof(sweep->fault), "allocation %u: %s", n,
		 text);
}

/* The call failed with @ret: check that, and make it again. */
static void sweep_failed(struct sweep *sweep, struct world *w,
			 const struct step *step, unsigned int n, int ret,
			 const struct picture *before)
{
	struct picture after;

	sweep->failed++;
	if (ret != -ENOMEM && ret != -step->also)
		sweep_fault(sweep, n, "error %d", ret);
	if (!step->loose) {
		picture_take(&after, &w->ch);
		if (!picture_same(before, &after))
			sweep_fault(sweep, n, "the call changed something");
		picture_drop(&after);
	}
	ret = step->call(w);
	if (ret < 0)
		sweep_fault(sweep, n, "error %d of the repeated call", ret);
}

/* Make the call with the @n-th allocation failing: whether that was reached. */
static bool sweep_call(struct sweep *sweep, struct world *w,
		       const struct step *step, const struct faults *faults,
		       unsigned int n)
{
	struct picture before = { 0 };
	bool fired;
	int ret;

	/* This touches all that is mapped, so that the call faults in no page. */
	if (!step->loose)
		picture_take(&before, &w->ch);
	fault_arm(faults, n);
	ret = step->call(w);
	fired = fault_fired(faults);
	if (ret < 0 && !fired)
		sweep_fault(sweep, n, "error %d without a fault", ret);
	if (ret < 0)
		sweep_failed(sweep, w, step, n, ret, &before);
	picture_drop(&before);
	return fired;
}

struct sweep sweep(struct world *w, const struct step *step,
		   const struct faults *faults)
{
	struct ion_setup setup = w->setup;
	struct sweep sweep = { 0 };
	bool fired = true;
	unsigned int n;

	for (n = 1; fired && !sweep.fault[0]; n++) {
		struct usage before = usage_now();

		w->setup = setup;
		if (step->prepare && step->prepare(w)) {
			sweep_fault(&sweep, n, "cannot be prepared");
			break;
		}
		fired = sweep_call(&sweep, w, step, faults, n);
		sweep.turns += fired;
		if (step->good && !step->good(w))
			sweep_fault(&sweep, n, "the objects are wrong");
		world_end(w);
		if (!AWAIT(usage_is(before)))
			sweep_fault(&sweep, n, "something is left");
		if (step->after && n > step->after)
			n += n / 8;
	}
	printf("# %u allocations failed, and %u calls\n", sweep.turns,
	       sweep.failed);
	return sweep;
}
