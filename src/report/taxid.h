/*
 * CPF and CNPJ, the numbers under which people and companies pay taxes.
 * Private to the room.
 *
 * The last two signs are check digits, modulo 11.  A CNPJ given out from July
 * 2026 on may have letters in its first twelve places; a letter counts as its
 * ASCII code less 48, as a digit does, so one rule serves both.
 */
#ifndef REPORT_TAXID_H
#define REPORT_TAXID_H

#include <stdbool.h>
#include <stddef.h>

#define TAXID_CPF_LENGTH 11
#define TAXID_CNPJ_LENGTH 14
#define TAXID_SIZE (TAXID_CNPJ_LENGTH + 1)

/*
 * taxid_plain(out, text, n):
 * The letters and digits of the n bytes of text, letters in upper case, without
 * the dots, dashes, slashes and spaces between them.  Return how many they are;
 * 0 when there are none, more than fit, or anything else.
 */
size_t taxid_plain(char out[TAXID_SIZE], const char *text, size_t n);

/*
 * Whether a plain text of the right length has the right check digits, and is
 * none that is never given out because all of its digits are alike.
 */
bool taxid_is_cpf(const char *plain);
bool taxid_is_cnpj(const char *plain);

#endif
