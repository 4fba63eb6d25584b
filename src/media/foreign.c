/*
 * What people send besides, and what is not kept: told by its name.
 */
#include <string.h>

#include "media/format.h"

bool
program_sniff(const uint8_t *head, size_t n)
{
	return media_begins(head, n, "\x7f" "ELF", 4) ||
	       media_begins(head, n, "MZ", 2) ||
	       media_begins(head, n, "\xcf\xfa\xed\xfe", 4) ||
	       media_begins(head, n, "#!/", 3);
}

bool
zip_sniff(const uint8_t *head, size_t n)
{
	return media_begins(head, n, "PK\3\4", 4) ||
	       media_begins(head, n, "PK\5\6", 4);
}

/* The box that ISO base media files begin with, of a brand of images. */
bool
heif_sniff(const uint8_t *head, size_t n)
{
	static const char brands[][5] = {
		"heic", "heix", "hevc", "mif1", "msf1", "avif", "avis",
	};

	if (n < 12 || memcmp(head + 4, "ftyp", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof(brands) / sizeof(brands[0]); i++) {
		if (!memcmp(head + 8, brands[i], 4))
			return true;
	}
	return false;
}
