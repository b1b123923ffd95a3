/*
 * The SQL of each kind of server: a row a dialect.  All else is the same SQL for all:
 * names stand in "double quotes" (a session is told so where that is not the default),
 * and a parameter is a question mark.
 *
 * In a template $X stands for a piece that dialect_put() is given for the letter X:
 *
 *	$t  the table		$s  the temporary table of what comes to it
 *	$k  that a row t of the one and a row s of the other have the same key
 *	$w  a further condition	$d  the column that holds the document
 */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdbool.h>
#include <stdio.h>

/* What a column holds. */
enum dialect_type {
	DIALECT_KEY,	 /* a short text of the primary key */
	DIALECT_TEXT,	 /* any text */
	DIALECT_INTEGER, /* 64 bits */
	DIALECT_REAL,
	DIALECT_JSON, /* the text of a JSON value, byte for byte */
	DIALECT_TYPES
};

/* The longest keys, in characters: where an index has a bound. */
#define DIALECT_KEY_MAX 191

struct dialect {
	const char *name;
	const char *types[DIALECT_TYPES];
	const char *options; /* behind a CREATE TABLE */
	const char *absent;  /* what makes a CREATE or ADD do nothing where it is there */
	const char *now;     /* SQL: the time, RFC 3339 in UTC, as a default */
	const char *temporary;	   /* what the name of a temporary table begins with */
	const char *stage;	   /* make one like $t, if it is not there */
	const char *list;	   /* make one of the columns $c */
	const char *empty;	   /* make it empty */
	const char *analyze;	   /* have its size known; NULL: needs nothing */
	const char *delete_come;   /* DELETE rows of t of which there is an s and $w */
	const char *delete_staged; /* DELETE rows of s of which there is a t and $w */
	const char *delete_twice;  /* DELETE rows of s that came again later; NULL: what
				      comes later takes the place by itself */
	const char *same;   /* SQL: two documents t.$d and s.$d are the same bytes */
	const char *digest; /* SQL: the MD5 of a document t.$d, 32 digits */
	const char *begin, *lock, *unlock; /* the lock of those who change the schema */
	const char *isolate, *snapshot; /* before and to begin a transaction that reads,
					   and sees all as it was then */
	const char *savepoint, *undo;
	const char *claim;   /* SELECT session and batch of a source (?), and keep others
				from it until the transaction ends */
	const char *columns; /* SELECT the columns of a table (?) of this database */
	/* A column that repeats a member ($m) of the document, made by the server as it
	   is read; NULL: it is written. */
	const char *repeats, *repeats_all;
};

extern const struct dialect dialect_postgresql, dialect_mariadb, dialect_sqlserver;

/* Write a template with its pieces: "t", text, "k", text, ..., NULL. */
void dialect_put(FILE *sql, const char *template, ...) __attribute__((sentinel));

/* The same as a text, malloc'd; NULL without memory. */
char *dialect_sql(const char *template, ...) __attribute__((sentinel));

#endif
