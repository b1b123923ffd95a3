/* The types of values in the query language. */
#ifndef QUERY_TYPE_H
#define QUERY_TYPE_H

/* Those from QUERY_BOOL to QUERY_MIXED are the value_type of condition_types. */
enum query_type {
	QUERY_NONE, /* None */
	QUERY_BOOL,
	QUERY_INT,
	QUERY_FLOAT,
	QUERY_STRING,
	QUERY_JSON,
	QUERY_TIME,
	QUERY_BLOB,
	QUERY_MIXED, /* values of several kinds, each by its own */
	QUERY_RUN,   /* a run number: an integer at most sites, a text at some */
	QUERY_PART,  /* a part of a file's name: a text, beside numbers a number */
	QUERY_LIST,  /* [1, 2], for in */
};

/* "int", "string" and so on. */
const char *query_type_name(enum query_type type);

/* The type of that name, QUERY_NONE if there is none. */
enum query_type query_type_of(const char *name);

#endif
