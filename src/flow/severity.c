#include "flow/severity.h"

#include "callark/error.h"

static int
rank(int code)
{
	switch (code) {
	case ARK_OK: return 0;
	case ARK_ELIMIT: return 1;
	case ARK_EINCOMPLETE: return 2;
	case ARK_ENOTFOUND: return 3;
	case ARK_ESTOPPED: return 4;
	case ARK_ELOCKED: return 5;
	case ARK_ESERVICE: return 6;
	case ARK_EINTEGRITY: return 7;
	case ARK_EDISK: return 8;
	case ARK_EAUTH: return 9;
	case ARK_EUSAGE: return 10;
	default: return 11;
	}
}

int
severity_worse(int a, int b)
{
	return rank(a) >= rank(b) ? a : b;
}
