/* The service's lists of experiments. */
#ifndef LISTING_H
#define LISTING_H

#include "logbook/service.h"
#include "stream/stream.h"
#include "text/json.h"

enum listing_kind {
	LISTING_RECENT,	     /* names in which a run began lately; open to anyone */
	LISTING_ALL,	     /* documents of all that the user may read */
	LISTING_ACTIVE,	     /* documents of those that take data now */
	LISTING_INSTRUMENTS, /* documents of instruments: a name is one's */
};

/* What listing_try() returns where the service does not have that list. */
#define LISTING_NONE (-1)

struct listing_item {
	const char *name; /* the address, terminated; may hold NUL bytes before length */
	size_t length;
	const char *instrument; /* NULL where the list does not say */
	struct json_span text;	/* the document, or the name as a JSON string */
	bool unclean;		/* text needs json_clean() */
};

/*
 * Ask for a list and hand its items over in their order.  hours counts for
 * LISTING_RECENT.  Returns 0, or an exit status after a message: 1 if the answer
 * is no list or the service failed, 75 if it could not be reached, 77 if it
 * refused us.
 */
int listing_get(const struct service *service, enum listing_kind kind, double hours,
    void (*take)(void *context, const struct listing_item *item), void *context);

/* The same, but for a list that the service need not have: LISTING_NONE, in silence. */
int listing_try(const struct service *service, enum listing_kind kind, double hours,
    void (*take)(void *context, const struct listing_item *item), void *context);

/* Write an item's text on one line, without a newline. */
void listing_put(struct stream *out, const struct listing_item *item);

#endif
