/*
 * A secret as it is found: the first byte says where (a file, the environment,
 * a command that prints it), the rest is what stands there.  What is taken is
 * what was meant and can be sent in a header line; what is refused is not
 * shown.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "config/secrets.h"
#include "fuzz.h"

#define SECRET_MAX ((size_t)65536)
#define IS_COMMAND 0xc0		/* one value only: it is slow */

/* The bytes as a file that a path leads to. */
static int
make_file(char path[32], const void *bytes, size_t n)
{
	int fd = memfd_create("secret", 0);

	MUST(fd >= 0 && !fchmod(fd, 0600) && !fdio_write(fd, bytes, n));
	(void)snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static int
read_file(const void *bytes, size_t n, struct secret *out,
	  struct ark_error *err)
{
	char path[32];
	int fd = make_file(path, bytes, n);
	struct ark_config c = { .password_file = path };
	int rc = config_password(&c, out, err);

	(void)close(fd);
	return rc;
}

static int
read_environment(const char *text, struct secret *out, struct ark_error *err)
{
	struct ark_config c = { 0 };
	int rc;

	MUST(!setenv("CALLARK_PASSWORD", text, 1));
	rc = config_password(&c, out, err);
	MUST(!unsetenv("CALLARK_PASSWORD"));
	return rc;
}

static int
read_command(const void *bytes, size_t n, struct secret *out,
	     struct ark_error *err)
{
	char path[32], command[64];
	int fd = make_file(path, bytes, n), rc;
	struct ark_config c = { .password_command = command };

	(void)snprintf(command, sizeof(command), "cat %s", path);
	rc = config_password(&c, out, err);
	(void)close(fd);
	return rc;
}

/* How many of the bytes are the secret: up to one line end, or the first. */
static size_t
length_of(const char *p, size_t n, bool is_line)
{
	const char *lf = n ? memchr(p, '\n', n) : NULL;

	if (is_line && lf)
		n = (size_t)(lf - p);
	else if (!is_line && n && p[n - 1] == '\n')
		n--;
	return n && p[n - 1] == '\r' ? n - 1 : n;
}

static bool
can_be_sent(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
			return false;
	}
	return n;
}

/* No six bytes of it in a row. */
static void
must_hide(const char *text, const char *p, size_t n)
{
	for (size_t i = 0; i + 6 <= n; i++) {
		char piece[7] = "";

		memcpy(piece, p + i, 6);
		MUST(strlen(piece) < 6 || !strstr(text, piece));
	}
}

static void
judge(const char *p, size_t n, bool is_line, int rc, const struct secret *s,
      const struct ark_error *err)
{
	size_t len = length_of(p, n, is_line);
	bool is_right = n <= SECRET_MAX && can_be_sent(p, len);

	must_report(rc, err);
	must_be_one_line(err->text);
	MUST(rc == (is_right ? 0 : ARK_EUSAGE));
	MUST(secret_is_set(s) == is_right);
	if (is_right)
		MUST(s->len == len && !memcmp(s->text, p, len) &&
		     !s->text[len]);
	else if (!strstr(err->text, "control"))
		must_hide(err->text, p, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	uint8_t where = input_byte(&in);
	size_t left = in.n;
	const char *p = (const char *)in.p;
	char *text = input_rest(&in);
	struct secret s = { 0 };
	struct ark_error err = { 0 };
	bool is_command = where == IS_COMMAND;
	int rc;

	(void)unsetenv("CALLARK_PASSWORD");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	if (is_command || where % 2 == 0 || !*text) {
		rc = is_command ? read_command(p, left, &s, &err) :
				  read_file(p, left, &s, &err);
		judge(p, left, is_command, rc, &s, &err);
	} else {
		rc = read_environment(text, &s, &err);
		judge(text, strlen(text), false, rc, &s, &err);
	}
	secret_release(&s);
	free(text);
	return 0;
}
