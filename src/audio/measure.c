#include "audio/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/decode.h"
#include "audio/loudness.h"
#include "base/error.h"

#define FIRST_POINTS_PER_S 100	/* halved whenever there are too many */
#define STEPS_PER_S 10

#define HEARD 1e-5		/* mean square of a step: -50 dBFS */
#define FULL 0.98F		/* what companded codecs can say at most */
#define CLIPPED_RUN 3		/* of so many in a row the last counts */

/* What the verdicts are about, in thousandths of the time. */
#define SILENT_FROM 980
#define HEARD_AT_MOST 10
#define HEARD_AT_LEAST 100
#define CLIPPED_FROM 20		/* samples */

/* One point of one lane. */
struct point {
	float peak;
	double sum;		/* of squares */
};

struct meter {
	struct measure *m;
	struct decoder *decoder;
	struct point *points[MEASURE_LANES];	/* MEASURE_POINTS each */
	uint32_t point_frames;	/* of a whole point */
	uint32_t in_point;	/* frames of the one that is being made */
	uint32_t step_frames, in_step;
	double step[MEASURE_LANES], weighed;
	uint32_t run[MEASURE_LANES];	/* samples at full scale, lately */
	int64_t steps, silent, active[MEASURE_LANES];
	struct loudness loudness;
};

/* ---- points ------------------------------------------------------------- */

/* Half as many points, each for twice the time. */
static void
merge_points(struct meter *t)
{
	for (unsigned lane = 0; lane < t->m->lanes; lane++) {
		struct point *p = t->points[lane];

		for (size_t i = 0; i < MEASURE_POINTS / 2; i++) {
			p[i].peak = fmaxf(p[2 * i].peak, p[2 * i + 1].peak);
			p[i].sum = p[2 * i].sum + p[2 * i + 1].sum;
		}
		memset(p + MEASURE_POINTS / 2, 0,
		       MEASURE_POINTS / 2 * sizeof(*p));
	}
	t->m->points = MEASURE_POINTS / 2;
	t->point_frames *= 2;
}

static void
end_point(struct meter *t)
{
	t->in_point = 0;
	if (++t->m->points == MEASURE_POINTS)
		merge_points(t);
}

static uint8_t
to_byte(double amplitude)
{
	return (uint8_t)lround(255 * sqrt(fmin(amplitude, 1)));
}

/* Write the points into the measure as bytes. */
static int
print_points(const struct meter *t, struct ark_error *err)
{
	struct measure *m = t->m;
	uint8_t *out;

	m->points += t->in_point > 0;
	out = malloc((size_t)m->points * m->lanes * MEASURE_POINT_BYTES + 1);
	if (!out)
		return error_nomem(err);
	m->bytes = out;
	for (unsigned lane = 0; lane < m->lanes; lane++) {
		for (uint32_t i = 0; i < m->points; i++) {
			const struct point *p = &t->points[lane][i];
			uint32_t n = i + 1 == m->points && t->in_point ?
				     t->in_point : t->point_frames;

			*out++ = to_byte((double)p->peak);
			*out++ = to_byte(sqrt(p->sum / n));
		}
	}
	return 0;
}

/* ---- sound -------------------------------------------------------------- */

static void
end_step(struct meter *t)
{
	bool is_heard = false;

	for (unsigned lane = 0; lane < t->m->lanes; lane++) {
		if (t->step[lane] / t->in_step >= HEARD) {
			t->active[lane]++;
			is_heard = true;
		}
		t->step[lane] = 0;
	}
	t->steps++;
	t->silent += !is_heard;
	loudness_step(&t->loudness, t->weighed / t->in_step);
	t->weighed = 0;
	t->in_step = 0;
}

/* Samples of one lane that belong to one point and one step. */
static void
take_lane(struct meter *t, unsigned lane, const float *samples, size_t n)
{
	struct point *p = &t->points[lane][t->m->points];
	size_t stride = t->m->channels;
	uint32_t run = t->run[lane];
	float peak = p->peak;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		float x = fabsf(samples[i * stride]);

		sum += (double)x * (double)x;
		peak = x > peak ? x : peak;
		run = x >= FULL ? run + 1 : 0;
		t->m->clipped += run >= CLIPPED_RUN;
	}
	p->peak = peak;
	p->sum += sum;
	t->step[lane] += sum;
	t->run[lane] = run;
	t->weighed += loudness_weigh(&t->loudness, lane, samples, n, stride);
}

static void
take(struct meter *t, const float *samples, size_t frames)
{
	while (frames) {
		size_t n = t->point_frames - t->in_point;

		if (n > t->step_frames - t->in_step)
			n = t->step_frames - t->in_step;
		if (n > frames)
			n = frames;
		for (unsigned lane = 0; lane < t->m->lanes; lane++)
			take_lane(t, lane, samples + lane, n);
		t->in_point += (uint32_t)n;
		t->in_step += (uint32_t)n;
		if (t->in_point == t->point_frames)
			end_point(t);
		if (t->in_step == t->step_frames)
			end_step(t);
		samples += n * t->m->channels;
		frames -= n;
	}
}

static uint16_t
permille(int64_t part, int64_t whole)
{
	if (!whole)
		return 0;
	return (uint16_t)((part * 1000 + whole / 2) / whole);
}

/* Tell what was gathered. */
static int
conclude(struct meter *t, struct ark_error *err)
{
	struct measure *m = t->m;
	double lufs;

	if (t->in_step && !t->steps)
		end_step(t);
	m->silence = permille(t->silent, t->steps);
	for (unsigned lane = 0; lane < m->lanes; lane++)
		m->active[lane] = permille(t->active[lane], t->steps);
	m->loudness_cb = MEASURE_NO_LOUDNESS;
	if (loudness_get(&t->loudness, &lufs))
		m->loudness_cb = (int32_t)lround(lufs * 100);
	return print_points(t, err);
}

static int
begin(struct meter *t, struct ark_error *err)
{
	struct measure *m = t->m;

	m->rate_hz = decoder_rate(t->decoder);
	m->channels = decoder_channels(t->decoder);
	m->lanes = m->channels > MEASURE_LANES ? MEASURE_LANES : m->channels;
	t->point_frames = m->rate_hz / FIRST_POINTS_PER_S + 1;
	t->step_frames = m->rate_hz / STEPS_PER_S + 1;
	loudness_init(&t->loudness, m->rate_hz);
	for (unsigned lane = 0; lane < m->lanes; lane++) {
		t->points[lane] = calloc(MEASURE_POINTS, sizeof(struct point));
		if (!t->points[lane])
			return error_nomem(err);
	}
	return 0;
}

static int
run(struct meter *t, struct ark_error *err)
{
	size_t room = (size_t)DECODER_FRAMES * t->m->channels;
	float *samples = calloc(room, sizeof(*samples));
	size_t n = 1;
	int rc;

	if (!samples)
		return error_nomem(err);
	while (n) {
		n = decoder_read(t->decoder, samples, DECODER_FRAMES);
		t->m->frames += (int64_t)n;
		take(t, samples, n);
	}
	free(samples);
	rc = decoder_status(t->decoder, err);
	return rc ? rc : conclude(t, err);
}

int
measure_audio(struct measure *out, int fd, int64_t size, struct ark_error *err)
{
	struct meter *t = calloc(1, sizeof(*t));
	int rc;

	*out = (struct measure){ 0 };
	if (!t)
		return error_nomem(err);
	t->m = out;
	rc = decoder_open(&t->decoder, fd, size, err);
	if (!rc)
		rc = begin(t, err);
	if (!rc)
		rc = run(t, err);
	if (!rc && !out->frames)
		rc = error_set(err, ARK_EFORMAT, "there is no sound in it");
	decoder_close(t->decoder);
	free(t->points[0]);
	free(t->points[1]);
	free(t);
	return rc;
}

void
measure_release(struct measure *m)
{
	free(m->bytes);
	*m = (struct measure){ 0 };
}

/* ---- verdicts ----------------------------------------------------------- */

int64_t
measure_ms(const struct measure *m)
{
	return m->rate_hz ? m->frames * 1000 / m->rate_hz : 0;
}

bool
measure_is_silent(const struct measure *m)
{
	return m->silence >= SILENT_FROM;
}

bool
measure_is_one_sided(const struct measure *m)
{
	uint16_t a = m->active[0], b = m->active[1];

	return m->lanes == 2 &&
	       ((a <= HEARD_AT_MOST && b >= HEARD_AT_LEAST) ||
		(b <= HEARD_AT_MOST && a >= HEARD_AT_LEAST));
}

bool
measure_is_clipped(const struct measure *m)
{
	return m->clipped >= CLIPPED_FROM;
}
