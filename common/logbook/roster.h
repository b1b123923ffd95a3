/*
 * What the service says of itself as a whole, asked for at most once and only when it is
 * needed: which experiments it lists, and where instruments have their questionnaires.
 */
#ifndef ROSTER_H
#define ROSTER_H

#include <stdbool.h>

#include "logbook/experiment.h"
#include "text/json.h"

/* Addresses that instruments name: pairs of a name and a URL, n of both together. */
struct roster_addresses {
	char **texts;
	size_t n;
};

/*
 * Note the address (_id, else name) of each experiment in an answer to /ws/experiments.
 * Returns 0, or -1 if it is no list, or without memory.
 */
int roster_experiments(struct experiment_list *list, const char *body, size_t n);

/* The same for params.questionnaire_ws_url in an answer to /ws/instruments. */
int roster_instruments(struct roster_addresses *addresses, const char *body, size_t n);

/* The address of an instrument (may be NULL), or NULL. */
const char *roster_address(
    const struct roster_addresses *addresses, const char *instrument);

/* Is that experiment in the list? */
bool roster_lists(const struct experiment_list *list, const char *name);

void roster_free(struct roster_addresses *addresses);

#endif
