/* The Kerberos ticket, looked at before the service is. */
#ifndef TICKET_H
#define TICKET_H

/*
 * Is there a ticket-granting ticket that is still valid?  principal names whose,
 * or is NULL for the default credential cache.  If it is in another cache of the
 * collection, KRB5CCNAME is set to that one for this process.
 *
 * Returns 0, or 77 (EXIT_LOGIN) after a message that says what is wrong, and
 * that kinit mends it.
 */
int ticket_check(const char *principal);

/*
 * Take a ticket with the keys in a keytab file, into a memory cache that only
 * this process sees (KRB5CCNAME is set to it).  principal NULL: the first that
 * the keytab has.  Returns 0; 77 after a message if the keytab is not good for
 * that; 75 (EXIT_LATER) if the KDC does not answer.
 */
int ticket_from_keytab(const char *keytab, const char *principal);

#endif
