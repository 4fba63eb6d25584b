/*
 * Where main() goes.
 */
#ifndef CLI_ENTRY_H
#define CLI_ENTRY_H

/* cli_main(argc, argv): The whole program; returns the exit status. */
int cli_main(int argc, char **argv);

#endif
