/*
 * Days gathered from several places.
 */
#ifndef FLOW_DAY_LIST_H
#define FLOW_DAY_LIST_H

#include <stddef.h>
#include <stdint.h>

/* Begin with { 0 }; free days. */
struct day_list {
	int32_t *days;
	size_t n, cap;
};

/* day_list_add(l, day): Behind the others.  Return 0 or ARK_ENOMEM. */
int day_list_add(struct day_list *l, int32_t day);

/* day_list_tidy(l): Each once, in order. */
void day_list_tidy(struct day_list *l);

#endif
