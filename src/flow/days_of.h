/*
 * Which days an archive has, by its folders.
 */
#ifndef FLOW_DAYS_OF_H
#define FLOW_DAYS_OF_H

#include "store/store.h"

/*
 * days_of_tree(s, from, to, days, n, err):
 * Every YYYY/MM/DD that is there, within [from, to], in order; free *days.
 */
int days_of_tree(struct store *s, int32_t from, int32_t to, int32_t **days,
		 size_t *n, struct ark_error *err);

/* days_have(days, n, day): Whether day is among the n days, which are in order. */
bool days_have(const int32_t *days, size_t n, int32_t day);

#endif
