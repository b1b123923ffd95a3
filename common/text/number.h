/* Numbers as texts, and back. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_BYTES 40

/* Longer ones are no numbers that anybody measured, and are not read as such. */
#define NUMBER_LONGEST 400

/*
 * Write a double with the fewest digits (15 to 17) that read back as the same, with
 * a point or an exponent: 1.0, 0.1, 1e+300.  An infinity is Infinity, a NaN is null.
 */
void number_write(double real, char out[NUMBER_BYTES]);

/* Write a whole number in digits. */
void number_write_whole(int64_t whole, char out[NUMBER_BYTES]);

struct number {
	bool is_real;
	int64_t integer; /* where it is not */
	double real;	 /* of both */
};

/*
 * Read the number that n bytes are: digits, a sign, a point, an exponent, with spaces
 * around it.  Whole numbers that do not fit 64 bits are real.  False if it is none.
 */
bool number_read(const char *p, size_t n, struct number *number);

/*
 * Read a number of RFC 8259, section 6, that all n bytes are; "-0" is real, and so are
 * whole ones that do not fit 64 bits.  One that no double holds is an infinity.  False if
 * it is none.
 */
bool number_json(const char *p, size_t n, struct number *number);

/*
 * The number that a text, or what stands for one, spells: as number_json(), but one that
 * no double holds is none, and stays a text.
 */
bool number_spelled(const char *p, size_t n, struct number *number);

/* Compare exactly, also an integer with a double: negative, 0, positive. */
int number_compare(const struct number *a, const struct number *b);

#endif
