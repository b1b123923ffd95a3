/*
 * The index page of a web server: a reader of links that forgives much, for no standard
 * says what such a page looks like.  Known: Apache's mod_autoindex (plain, fancy, table),
 * nginx's, lighttpd's, Caddy's, IIS's, Python's http.server.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "files/directory.h"

/* Text between two offsets. */
struct text {
	const char *p, *end;
};

/* A link, and what stands before and behind it in its row of the page. */
struct row {
	struct text link, before, behind;
};

static const char *
find(struct text text, const char *what)
{
	size_t n = strlen(what);
	int first = tolower((unsigned char)what[0]);

	for (const char *p = text.p; text.end - p >= (ptrdiff_t)n; p++)
		if (tolower((unsigned char)*p) == first && strncasecmp(p, what, n) == 0)
			return p;
	return NULL;
}

/* Is there anything that says that this is an index, and no page that asks for a login?
   An empty directory must not look like a page without links. */
static bool
is_index(struct text page)
{
	/* The last two: Caddy's, and a directory of IIS that has none above it. */
	static const char *const signs[] = {"Index of", "Directory listing",
	    "Parent Directory", "\"../\"", "?sort=namedirfirst", "&lt;dir&gt;"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		/* memmem() is quick where the letters are as usual. */
		if (memmem(page.p, (size_t)(page.end - page.p), signs[i],
			strlen(signs[i])) != NULL ||
		    (i < 2 && find(page, signs[i]) != NULL))
			return true;
	}
	return false;
}

/* A page that begins as HTML must end so: nothing else tells where a body ends that came
   without its length. */
bool
directory_is_cut(const char *page, size_t n)
{
	struct text text = {page, page + n};

	return find(text, "<html") != NULL && find(text, "</html") == NULL;
}

/* The value of an attribute in a tag: what stands between quotes, or up to a blank. */
static bool
attribute(struct text tag, const char *name, struct text *value)
{
	const char *p = tag.p;

	while (p < tag.end) {
		const char *begin = p;
		size_t n;
		char quote;

		while (p < tag.end && !isspace((unsigned char)*p) && *p != '=')
			p++;
		n = (size_t)(p - begin);
		while (p < tag.end && isspace((unsigned char)*p))
			p++;
		if (p == tag.end || *p != '=')
			continue; /* it has none */
		for (p++; p < tag.end && isspace((unsigned char)*p);)
			p++;
		quote = p < tag.end && (*p == '"' || *p == '\'') ? *p++ : ' ';
		value->p = p;
		while (p < tag.end && *p != quote)
			p++;
		value->end = p;
		p += p < tag.end;
		if (n == strlen(name) && strncasecmp(begin, name, n) == 0)
			return true;
	}
	return false;
}

static int
hex(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character that an entity stands for, of which from has what is behind the '&'; an
   '&' itself if it is none, or beyond ASCII. */
static char
read_entity(struct text *from)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {
	    {"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}};
	const char *p = from->p + 1, *end = from->end;
	int value = 0, base = 10, digit;

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		size_t n = strlen(entities[i].name);

		if ((size_t)(end - from->p) >= n &&
		    strncasecmp(from->p, entities[i].name, n) == 0) {
			from->p += n;
			return entities[i].c;
		}
	}
	if (from->p == end || *from->p != '#')
		return '&';
	if (p < end && (*p == 'x' || *p == 'X')) {
		base = 16;
		p++;
	}
	for (; p < end && value < 0x80 && (digit = hex(*p)) >= 0 && digit < base; p++)
		value = value * base + digit;
	if (p == end || *p != ';' || value == 0 || value >= 0x80)
		return '&';
	from->p = p + 1;
	return (char)value;
}

/* The next byte of a link that is not at its end: the entities that servers write into
   it are undone, then its %XX. */
static char
next_byte(struct text *from)
{
	char c = *from->p++;

	if (c == '&')
		c = read_entity(from);
	if (c == '%' && from->end - from->p >= 2 && hex(from->p[0]) >= 0 &&
	    hex(from->p[1]) >= 0) {
		c = (char)(hex(from->p[0]) * 16 + hex(from->p[1]));
		from->p += 2;
	}
	return c;
}

/* Bytes written; more than DIRECTORY_NAME_MAX: there was no room for more. */
static size_t
decode(struct text from, char to[DIRECTORY_NAME_MAX + 2])
{
	size_t n = 0;

	while (from.p < from.end && n <= DIRECTORY_NAME_MAX)
		to[n++] = next_byte(&from);
	return n;
}

/* Take the beginning of a link off that spells a path, however each is escaped. */
static bool
take_prefix(struct text *link, struct text path)
{
	struct text rest = *link;

	while (path.p < path.end)
		if (rest.p == rest.end || next_byte(&rest) != next_byte(&path))
			return false;
	*link = rest;
	return true;
}

static bool
all_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)p[i]))
			return false;
	return n > 0;
}

/* "2025-01-31", "2025-Jan-31" or "31-Jan-2025" at p, as 2025-01-31: its length, 0 if it
   is none of them. */
static size_t
date(const char *p, char out[11])
{
	if (all_digits(p, 4) && p[4] == '-' && all_digits(p + 5, 2) && p[7] == '-' &&
	    all_digits(p + 8, 2)) {
		memcpy(out, p, 10);
		out[10] = '\0';
		return 10;
	}
	if (all_digits(p, 4) && p[4] == '-' && directory_month(p + 5) > 0 &&
	    p[8] == '-' && all_digits(p + 9, 2)) {
		snprintf(out, 11, "%.4s-%02d-%.2s", p, directory_month(p + 5), p + 9);
		return 11;
	}
	if (all_digits(p, 2) && p[2] == '-' && directory_month(p + 3) > 0 &&
	    p[6] == '-' && all_digits(p + 7, 4)) {
		snprintf(out, 11, "%.4s-%02d-%.2s", p + 7, directory_month(p + 3), p);
		return 11;
	}
	return 0;
}

/* Text without its tags, for what stands behind a link: bytes written. */
static size_t
plain(struct text from, char *to, size_t size)
{
	bool tag = false;
	size_t n = 0;

	for (; from.p < from.end && n < size; from.p++) {
		if (*from.p == '<')
			tag = true;
		if (!tag)
			to[n++] = *from.p;
		if (*from.p == '>') {
			tag = false;
			if (n < size)
				to[n++] = ' ';
		}
	}
	return n;
}

/* A size of n digits in bytes, for a file. */
static void
set_size(struct directory_entry *entry, const char *digits, size_t n)
{
	if (n > 18 || !all_digits(digits, n) || entry->type != DIRECTORY_FILE)
		return;
	entry->size = 0;
	while (n-- > 0)
		entry->size = entry->size * 10 + (*digits++ - '0');
}

/* Room for the text of a row, and so much of blanks behind it. */
#define ROW_BYTES 300
#define ROW_BLANKS 32

/* A time of change, and behind it a size, if that is in bytes and not "1.2K".  False if
   there is no time. */
static bool
read_details(struct directory_entry *entry, struct text details)
{
	char text[ROW_BYTES], day[11];
	size_t n = plain(details, text, ROW_BYTES - ROW_BLANKS), i = 0, length = 0;

	memset(text + n, ' ', sizeof(text) - n);
	while (i < n && (length = date(text + i, day)) == 0)
		i++;
	if (length == 0)
		return false;
	/* Then hh:mm or hh:mm:ss. */
	i += length;
	while (i < n && text[i] == ' ')
		i++;
	if (all_digits(text + i, 2) && text[i + 2] == ':' &&
	    all_digits(text + i + 3, 2)) {
		bool seconds = text[i + 5] == ':' && all_digits(text + i + 6, 2);

		snprintf(entry->modified, sizeof(entry->modified), "%sT%.*sZ", day,
		    seconds ? 8 : 5, text + i);
		i += seconds ? 8 : 5;
	} else {
		snprintf(entry->modified, sizeof(entry->modified), "%s", day);
	}
	while (i < n && isspace((unsigned char)text[i]))
		i++;
	for (length = 0; i + length < n && isdigit((unsigned char)text[i + length]);)
		length++;
	if (isspace((unsigned char)text[i + length]))
		set_size(entry, text + i, length);
	return true;
}

/* The value of an attribute of any tag in a text, without blanks in front. */
static bool
find_attribute(struct text text, const char *name, struct text *value)
{
	const char *p = text.p;

	while ((p = find((struct text){p, text.end}, name)) != NULL &&
	       !isspace((unsigned char)p[-1]))
		p++;
	if (p == NULL || !attribute((struct text){p, text.end}, name, value))
		return false;
	while (value->p < value->end && *value->p == ' ')
		value->p++;
	return true;
}

/* As Caddy has them: <td data-size="5000">4.9 KiB</td> (or data-order), and <time
   datetime="2020-02-29T03:04:05Z">, in UTC. */
static bool
read_attributes(struct directory_entry *entry, struct text behind)
{
	struct text time, size;
	char day[11];

	if (!find_attribute(behind, "datetime", &time) || time.end - time.p != 20 ||
	    date(time.p, day) != 10 || time.p[10] != 'T' || time.p[19] != 'Z')
		return false;
	snprintf(entry->modified, sizeof(entry->modified), "%.20s", time.p);
	if (find_attribute(behind, "data-size", &size) ||
	    find_attribute(behind, "data-order", &size))
		set_size(entry, size.p, (size_t)(size.end - size.p));
	return true;
}

/*
 * As IIS has them, before the link: "1/31/2025  3:04 AM  4711".  How the date is spelled
 * depends on the language of that machine, and which of its numbers is the month cannot
 * be known; the size is one in bytes.
 */
static bool
read_before(struct directory_entry *entry, struct text before)
{
	char text[ROW_BYTES];
	size_t n = plain(before, text, sizeof(text)), i;

	if (read_details(entry, before))
		return true;
	if (n == sizeof(text) || memchr(text, ':', n) == NULL)
		return false;
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	for (i = n; i > 0 && isdigit((unsigned char)text[i - 1]);)
		i--;
	if (i > 0 && isspace((unsigned char)text[i - 1]))
		set_size(entry, text + i, n - i);
	return true;
}

/* What a row says of its entry besides the name.  False if nothing. */
static bool
read_row(struct directory_entry *entry, const struct row *row)
{
	return read_attributes(entry, row->behind) || read_details(entry, row->behind) ||
	       read_before(entry, row->before);
}

/* Does a link lead to this page or to one above it: "/", "/path/", "../.."? */
static bool
leads_up(const struct directory_reader *reader, struct text link)
{
	struct text base = {reader->base, reader->base + strlen(reader->base)};
	struct text rest = link;

	while (rest.end - rest.p >= 2 && rest.p[0] == '.' && rest.p[1] == '.' &&
	       (rest.end - rest.p == 2 || rest.p[2] == '/'))
		rest.p += rest.end - rest.p == 2 ? 2 : 3;
	return rest.p == rest.end || (link.end[-1] == '/' && take_prefix(&base, link));
}

/* A link that stays here names an entry: "name", "./name", "name/", and, as IIS has it,
   "/path/of/the/page/name".  All others (to sort the page, to go up, to elsewhere) are
   none; one with a time in its row was meant as an entry even so, and counts. */
static void
read_link(struct directory_reader *reader, const struct row *row)
{
	struct directory_entry *entry = &reader->entry;
	struct text link = row->link;
	char name[DIRECTORY_NAME_MAX + 2];
	bool scheme = false;

	if (link.p == link.end || *link.p == '?' || *link.p == '#' ||
	    leads_up(reader, link))
		return;
	/* A colon before any slash: a scheme (RFC 3986, 4.2), so a name with a colon is
	   written "./name" (Apache) or with %3A. */
	for (const char *p = link.p; p < link.end && *p != '/' && !scheme; p++)
		scheme = *p == ':';
	if (link.end - link.p >= 2 && link.p[0] == '.' && link.p[1] == '/')
		link.p += 2;
	else if (*link.p == '/')
		take_prefix(&link,
		    (struct text){reader->base, reader->base + strlen(reader->base)});
	if (link.p == link.end || *link.p == '?' || *link.p == '#')
		return;
	entry->type = link.end[-1] == '/' ? DIRECTORY_DIRECTORY : DIRECTORY_FILE;
	entry->size = -1;
	entry->modified[0] = '\0';
	if (scheme || *link.p == '/' ||
	    memchr(link.p, '?', (size_t)(link.end - link.p)) != NULL) {
		if (read_row(entry, row))
			directory_refuse(reader, link.p, (size_t)(link.end - link.p));
		return;
	}
	(void)read_row(entry, row);
	if (entry->type == DIRECTORY_DIRECTORY)
		link.end--;
	directory_give(reader, name, decode(link, name));
}

/* The next link of a page, or NULL; not an <abbr> or <address>. */
static const char *
find_link(struct text page)
{
	const char *p = page.p;

	while ((p = find((struct text){p, page.end}, "<a")) != NULL && page.end - p > 2 &&
	       !isspace((unsigned char)p[2]))
		p++;
	return p;
}

/* A row ends at the first of these, and begins behind the last. */
static struct text
end_row(struct text text)
{
	static const char *const ends[] = {"<br", "</tr", "</li"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *p = find(text, ends[i]);

		if (p != NULL)
			text.end = p;
	}
	return text;
}

/* What stands between a line's break, or the beginning of the list, and a link. */
static struct text
begin_row(struct text text)
{
	static const char *const begins[] = {"<br", "<pre"};
	struct text row = {text.end, text.end};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		for (const char *p = find(text, begins[i]); p != NULL;
		     p = find((struct text){p + 1, text.end}, begins[i]))
			row.p = p > row.p || row.p == row.end ? p : row.p;
	return row;
}

void
directory_read_index(struct directory_reader *reader, const char *page, size_t n)
{
	struct text rest = {page, page + n};
	const char *next, *last = page;

	if (!is_index(rest)) {
		snprintf(reader->result->error, sizeof(reader->result->error),
		    "the page is no index of a directory");
		return;
	}
	if (directory_is_cut(page, n))
		snprintf(reader->result->error, sizeof(reader->result->error),
		    "the page is cut off");
	for (const char *p = find_link(rest); p != NULL; p = next) {
		struct text tag = {p + 2, memchr(p, '>', (size_t)(rest.end - p))};
		struct row row = {.before = begin_row((struct text){last, p})};

		if (tag.end == NULL)
			break;
		next = find_link((struct text){tag.end, rest.end});
		row.behind = (struct text){tag.end, next != NULL ? next : rest.end};
		last = find(row.behind, "</a>");
		row.behind.p = last != NULL ? last : row.behind.end;
		last = row.behind.p;
		row.behind = end_row(row.behind);
		while (tag.p < tag.end && isspace((unsigned char)*tag.p))
			tag.p++;
		if (attribute(tag, "href", &row.link))
			read_link(reader, &row);
	}
}
