#include "report/taxid.h"

#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

size_t
taxid_plain(char out[TAXID_SIZE], const char *text, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = upper(text[i]);

		if (c && strchr(" .-/\t", c))
			continue;
		if ((!is_digit(c) && !is_letter(c)) || len + 1 == TAXID_SIZE)
			return 0;
		out[len++] = c;
	}
	out[len] = 0;
	return len;
}

/*
 * The check digit behind the n signs at p.  Weights are 2, 3, ... from the
 * right, and 2 again behind the highest.
 */
static char
check_digit(const char *p, size_t n, unsigned highest)
{
	unsigned sum = 0, weight = 2, rest;

	while (n--) {
		sum += (unsigned)(p[n] - '0') * weight;
		weight = weight == highest ? 2 : weight + 1;
	}
	rest = sum % 11;
	return rest < 2 ? '0' : (char)('0' + 11 - rest);
}

/* Whether the last two of n signs are the check digits of those before. */
static bool
is_checked(const char *p, size_t n, unsigned highest)
{
	return is_digit(p[n - 2]) && is_digit(p[n - 1]) &&
	       p[n - 2] == check_digit(p, n - 2, highest) &&
	       p[n - 1] == check_digit(p, n - 1, highest);
}

static bool
is_all_alike(const char *plain)
{
	return strspn(plain, (char[2]){ *plain, 0 }) == strlen(plain);
}

bool
taxid_is_cpf(const char *plain)
{
	return strspn(plain, "0123456789") == TAXID_CPF_LENGTH &&
	       strlen(plain) == TAXID_CPF_LENGTH && !is_all_alike(plain) &&
	       is_checked(plain, TAXID_CPF_LENGTH, 11);
}

bool
taxid_is_cnpj(const char *plain)
{
	return strlen(plain) == TAXID_CNPJ_LENGTH && !is_all_alike(plain) &&
	       is_checked(plain, TAXID_CNPJ_LENGTH, 9);
}
