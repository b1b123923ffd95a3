/* Exit statuses that every tool shares; elog(7) documents them. */
#ifndef EXIT_H
#define EXIT_H

enum exit_status {
	EXIT_DONE = 0,	  /* all was done */
	EXIT_PARTIAL = 1, /* finished, but something failed and was reported */
	EXIT_USAGE = 2,	  /* the command line or the configuration is wrong */
	EXIT_LATER = 75,  /* lock held or server away: try again later (EX_TEMPFAIL) */
	EXIT_LOGIN = 77,  /* not authenticated (EX_NOPERM) */
};

#endif
