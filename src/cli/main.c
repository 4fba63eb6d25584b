/*
 * callark keeps a complete, provable copy of a contact centre's recordings.
 * The commands are in the table of command.c, one file cmd_*.c each.
 */
#include "cli/entry.h"

int
main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
