/* A secret that a file holds: a token, or user:password. */
#ifndef CREDENTIAL_H
#define CREDENTIAL_H

/* The first line of a file, without white space around it, malloc'd; NULL after a
   message: it cannot be read, or that line is empty or longer than 64 KiB. */
char *credential_read(const char *file);

/* Overwrite and free it; NULL is allowed. */
void credential_free(char *credential);

#endif
