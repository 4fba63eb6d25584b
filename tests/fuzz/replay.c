/*
 * Tries files, or all files of folders, with one fuzz target: its corpus as an
 * ordinary test.  Fails when there is nothing to try.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fdio.h"
#include "fuzz.h"

#define MAX_BYTES ((size_t)16 << 20)

static size_t n_tried;

_Noreturn static void
give_up(const char *path, const char *why)
{
	(void)fprintf(stderr, "%s: %s\n", path, why);
	exit(2);
}

static void
try_file(const char *path)
{
	struct buf b = BUF_INIT(MAX_BYTES);
	struct ark_error err = { 0 };
	uint8_t *exact;

	if (fdio_slurp_at(AT_FDCWD, path, &b, &err))
		give_up(path, err.text);
	/* At the very end of a block, where reading on is found out. */
	exact = malloc(b.len ? b.len : 1);
	if (!exact)
		give_up(path, "out of memory");
	if (b.len)
		memcpy(exact, b.data, b.len);
	/* The last line tells which one it was when a claim does not hold. */
	(void)printf("%s\n", path);
	(void)fflush(stdout);
	(void)LLVMFuzzerTestOneInput(exact, b.len);
	n_tried++;
	free(exact);
	buf_release(&b);
}

static void
try_folder(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort);

	if (n < 0)
		give_up(path, strerror(errno));
	for (int i = 0; i < n; i++) {
		struct buf file = BUF_INIT(4096);

		if (entries[i]->d_name[0] != '.') {
			buf_addf(&file, "%s/%s", path, entries[i]->d_name);
			try_file(buf_text(&file));
		}
		buf_release(&file);
		free(entries[i]);
	}
	free(entries);
}

int
main(int argc, char **argv)
{
	struct stat st;

	for (int i = 1; i < argc; i++) {
		if (!stat(argv[i], &st) && S_ISDIR(st.st_mode))
			try_folder(argv[i]);
		else
			try_file(argv[i]);
	}
	(void)printf("%zu tried\n", n_tried);
	return n_tried ? 0 : 2;
}
