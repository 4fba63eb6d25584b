/*
 * Which row has an id.  Private to the room.
 *
 * Ids may be random.  One index over all of them would change a page of its
 * own for every document, and each page is written twice, to the journal and to
 * the file: at a million rows that is eight times what the rows themselves
 * take.  So new ids go to a small table first, and from there to the large one
 * many at a time, in its order.  Both hold hashes of ids, the shorter the
 * better; a row has the id itself.
 *
 * Hashes are stored: whoever changes base/hash.h makes a new format.
 */
#ifndef CATALOGUE_IDS_H
#define CATALOGUE_IDS_H

#include "catalogue/query.h"

/*
 * IDS_SELECT(columns) / ids_bind(q, kind, id):
 * The statement for columns of the row r of a kind that has an id, and its
 * first three parameters.  It yields one row or none.
 */
#define IDS_SELECT(columns)                                                    \
	"SELECT " columns " FROM id_new k CROSS JOIN recording r ON r.n = k.n" \
	" WHERE k.key = ?1 AND r.id = ?2 AND r.kind = ?3 UNION ALL"            \
	" SELECT " columns " FROM id k CROSS JOIN recording r ON r.n = k.n"    \
	" WHERE k.key = ?1 AND r.id = ?2 AND r.kind = ?3"

void ids_bind(struct query *q, enum catalogue_kind kind, const char *id);

/*
 * ids_add(c, id, row, err):
 * The row, just inserted, has id.  Whoever calls has seen in the same
 * transaction that no other row of its kind has it: nothing else keeps ids
 * unique.
 */
int ids_add(struct catalogue *c, const char *id, int64_t row,
	    struct ark_error *err);

#endif
