/*
 * The walk over the pages of a window, told anything: the input answers its
 * questions, in whatever order, with any ids, any Total, or not at all.  A
 * second account of what was told is kept here, and the walk is held to it:
 * complete is only what adds up, nothing is asked without need, and there is
 * always a next step.
 */
#include "fuzz.h"
#include "omni/walk.h"

#define MAX_IN_FLIGHT 4
#define MAX_LEFT 1000	/* questions behind the end of the input */
#define N_IDS 64

/* The input's answer to one question. */
struct answer {
	bool is_failed;
	int64_t total;
	size_t n;
	uint8_t numbers[16];
	const char *ids[16];	/* the same as texts */
};

/* What was told in this pass, and what is still asked. */
struct account {
	struct walk *walk;
	struct walk_query asked[MAX_IN_FLIGHT];
	int n_asked, pass;
	bool ids[N_IDS];
	int64_t total, first_size, halves;
	bool was_moved, lacks_page;
};

static const char *
id_of(uint8_t number)
{
	static char ids[N_IDS][4];

	(void)snprintf(ids[number], sizeof(ids[0]), "%d", number);
	return ids[number];
}

static void
begin_pass(struct account *a)
{
	a->pass = a->walk->pass;
	memset(a->ids, 0, sizeof(a->ids));
	a->total = -1;
	a->first_size = a->halves = 0;
	a->was_moved = a->lacks_page = false;
}

static int64_t
count_ids(const struct account *a)
{
	int64_t n = 0;

	for (size_t i = 0; i < N_IDS; i++)
		n += a->ids[i];
	return n;
}

/* Put into the account what the walk is about to be told. */
static void
write_down(struct account *a, const struct walk_query *q,
	   const struct answer *told)
{
	if (q->page < 0) {
		a->lacks_page |= told->is_failed;
		/* as much as the whole, or nothing said: it may be cut off */
		a->halves += told->total < 0 || told->total >= a->total ?
			a->total + 1 : told->total;
		return;
	}
	if (told->is_failed) {
		/* behind the last page nothing has to be */
		a->lacks_page |= !q->page || a->total < 0 ||
				 q->page * (a->first_size > 0 ? a->first_size
							      : 1) < a->total;
		return;
	}
	if (!q->page)
		a->first_size = (int64_t)told->n;
	if (told->total >= 0) {
		a->was_moved |= a->total >= 0 && a->total != told->total;
		a->total = told->total;
	}
	for (size_t i = 0; i < told->n; i++)
		a->ids[told->numbers[i]] = true;
}

static void
must_be_true(const struct account *a)
{
	const struct walk *w = a->walk;

	MUST(w->in_flight == a->n_asked);
	MUST(w->pass >= 1 && w->pass <= WALK_MAX_PASSES);
	must_be_one_line(w->flaw);
	switch (walk_verdict(w)) {
	case WALK_GOING:
		return;
	case WALK_COMPLETE:
		MUST(a->total >= 0 && count_ids(a) == a->total);
		MUST(!a->was_moved && !a->lacks_page);
		MUST((int64_t)w->ids.n == a->total);
		MUST(a->halves <= a->total);
		break;
	case WALK_SPLIT:
		MUST(w->to_s - w->from_s > WALK_MIN_SPAN_S);
		break;
	case WALK_INCOMPLETE:
	case WALK_FAILED:
		MUST(*w->flaw);
		break;
	}
	MUST(!a->n_asked);
}

/* A question is within the window, and a page is not asked twice at once. */
static void
must_be_a_question(const struct account *a, const struct walk_query *q)
{
	const struct walk *w = a->walk;

	MUST(q->from_s >= w->from_s && q->to_s <= w->to_s);
	MUST(q->from_s < q->to_s);
	MUST(q->page >= -2 && q->page < WALK_MAX_PAGES);
	if (q->page >= 0)
		MUST(q->from_s == w->from_s && q->to_s == w->to_s);
	for (int i = 0; i < a->n_asked; i++)
		MUST(a->asked[i].page != q->page);
}

static bool
ask(struct account *a)
{
	struct walk_query q;

	if (a->n_asked == MAX_IN_FLIGHT || !walk_next(a->walk, &q))
		return false;
	must_be_a_question(a, &q);
	a->asked[a->n_asked++] = q;
	return true;
}

static void
tell(struct account *a, int which, const struct answer *told)
{
	struct walk_query q = a->asked[which];

	a->asked[which] = a->asked[--a->n_asked];
	write_down(a, &q, told);
	if (told->is_failed)
		walk_fail(a->walk, &q, "it does not come");
	else
		MUST(!walk_feed(a->walk, &q, told->total, told->ids, told->n));
	must_be_true(a);
	if (a->walk->pass != a->pass) {
		MUST(!a->n_asked && a->walk->pass == a->pass + 1);
		begin_pass(a);
	}
}

/* One byte: how many ids, and whether a Total stands before them. */
static struct answer
take_answer(struct input *in, int64_t total)
{
	uint8_t how = input_byte(in);
	struct answer told = { .total = total, .n = how & 15 };

	if ((how >> 4) == 15)
		told.is_failed = true;
	else if ((how >> 4) == 14)
		told.total = -1;
	else if ((how >> 4) >= 8)
		told.total = input_byte(in) % 80;
	for (size_t i = 0; i < told.n; i++) {
		told.numbers[i] = input_byte(in) % N_IDS;
		told.ids[i] = id_of(told.numbers[i]);
	}
	return told;
}

/* Whatever it asks until it has ended. */
static void
answer_all(struct account *a, struct input *in)
{
	struct answer nothing = { .total = -1 };
	int64_t total = input_byte(in) % 80;
	int left = MAX_LEFT;

	while (walk_verdict(a->walk) == WALK_GOING) {
		int more = in->n ? input_byte(in) % 8 : 1;

		while (more-- > 0 && ask(a))
			;
		/* it never waits for what was not asked */
		MUST(a->n_asked || ask(a));
		if (in->n) {
			struct answer told = take_answer(in, total);

			tell(a, input_byte(in) % a->n_asked, &told);
		} else {
			MUST(left--);
			tell(a, 0, &nothing);
		}
	}
}

static void
begin(struct walk *w, struct omni_dialect *d, struct input *in)
{
	static const int64_t spans_s[] = { 86400, 1, 2, 3 };
	uint8_t first = input_byte(in), second = input_byte(in);

	dialect_init(d);
	d->param = first % 3;
	d->unit = first / 3 % 3;
	d->is_param_pinned = first & 64 && d->param;
	d->is_unit_pinned = first & 128 && d->unit;
	d->page_size = input_byte(in) % 16;
	d->page_holds = input_byte(in) % 16;
	walk_init(w, d, 1000, 1000 + spans_s[second % 4]);
	w->parent_n = second / 4 % 32;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	struct omni_dialect d;
	struct walk w;
	struct account a = { .walk = &w };
	struct walk_query q;
	enum omni_param param;
	enum omni_unit unit;

	begin(&w, &d, &in);
	param = d.param;
	unit = d.unit;
	begin_pass(&a);
	answer_all(&a, &in);
	MUST(!walk_next(&w, &q));
	MUST(!d.is_param_pinned || d.param == param);
	MUST(!d.is_unit_pinned || d.unit == unit);
	MUST(d.page_size >= 0 && d.page_holds >= 0 && d.ceiling >= 0);
	walk_release(&w);
	return 0;
}
