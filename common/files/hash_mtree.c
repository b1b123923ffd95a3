#include "files/hash_mtree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Undo the escapes of vis(3), in place: \ooo, the letters of C, \^C, \M-C, \M^C.  False
   if one is a NUL, which no name has. */
static bool
unescape(char *text)
{
	static const char letters[] = "abfnrtvs0#", values[] = "\a\b\f\n\r\t\v \0#";
	char *to = text;
	bool whole = true;

	while (*text != '\0') {
		const char *letter;

		if (text[0] != '\\' || text[1] == '\0') {
			*to++ = *text++;
		} else if (text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
			   text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
			*to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
				       (text[3] - '0'));
			text += 4;
		} else if (text[1] == '^' && text[2] != '\0') {
			*to++ = (char)(text[2] ^ 0x40);
			text += 3;
		} else if (text[1] == 'M' && (text[2] == '-' || text[2] == '^') &&
			   text[3] != '\0') {
			*to++ =
			    (char)(0x80 | (text[2] == '-' ? text[3] : text[3] ^ 0x40));
			text += 4;
		} else {
			letter = strchr(letters, text[1]);
			*to++ = letter != NULL ? values[letter - letters] : text[1];
			text += 2;
		}
		whole &= to[-1] != '\0';
	}
	*to = '\0';
	return whole;
}

static char
type_named(const char *word)
{
	return strcmp(word, "dir") == 0	   ? 'd'
	       : strcmp(word, "file") == 0 ? 'f'
	       : strcmp(word, "link") == 0 ? 'l'
					   : 'o';
}

/* The keywords of a line, into the entry.  NULL, or what is wrong with it. */
static const char *
read_words(char *words, struct hash_mtree_entry *entry)
{
	char *save, *end;

	for (char *word = strtok_r(words, " \t", &save); word != NULL;
	     word = strtok_r(NULL, " \t", &save)) {
		char *value = strchr(word, '=');

		if (value == NULL)
			continue;
		*value++ = '\0';
		if (strcmp(word, "type") == 0) {
			entry->type = type_named(value);
		} else if (strcmp(word, "size") == 0) {
			errno = 0;
			entry->size = strtoll(value, &end, 10);
			if (errno != 0 || end == value || *end != '\0' || entry->size < 0)
				return "its size is none";
		} else if (strcmp(word, "link") == 0) {
			if (!unescape(value))
				return "its target has a NUL";
			entry->target = value;
		} else if (strcmp(word, "sha256") == 0 ||
			   strcmp(word, "sha256digest") == 0) {
			if (hash_merkle_read(value, strlen(value), entry->digest) != 0)
				return "its sha256 is none";
			entry->known = true;
		}
	}
	return NULL;
}

/* Leave a directory: "..". */
static void
leave(struct hash_mtree *mtree)
{
	char *slash = mtree->directory != NULL ? strrchr(mtree->directory, '/') : NULL;

	if (slash != NULL) {
		*slash = '\0';
	} else {
		free(mtree->directory);
		mtree->directory = NULL;
	}
}

/* The whole name of an entry, malloc'd. */
static char *
whole_name(const struct hash_mtree *mtree, const char *name)
{
	char *whole;

	if (strchr(name, '/') != NULL || mtree->directory == NULL)
		return strdup(name);
	if (asprintf(&whole, "%s/%s", mtree->directory, name) < 0)
		return NULL;
	return whole;
}

/* A line that ends in a backslash goes on in the next: *whole becomes the line, NULL if
   its end is still to come.  0, or -1 without memory. */
static int
continued(struct hash_mtree *mtree, char *line, char **whole)
{
	size_t n = strlen(line);
	bool more = n > 0 && line[n - 1] == '\\';
	char *joined;

	*whole = line;
	if (more)
		line[n - 1] = ' ';
	if (mtree->line == NULL && !more)
		return 0;
	if (asprintf(&joined, "%s%s", mtree->line != NULL ? mtree->line : "", line) < 0)
		return -1;
	free(mtree->line);
	mtree->line = joined;
	*whole = more ? NULL : joined;
	return 0;
}

static const char *
read_entry(struct hash_mtree *mtree, char *line, struct hash_mtree_entry *entry)
{
	char *words = line + strcspn(line, " \t");
	const char *why;
	bool nested;

	if (*words != '\0')
		*words++ = '\0';
	entry->type = mtree->set_type != 0 ? mtree->set_type : 'f';
	why = read_words(words, entry);
	if (why != NULL)
		return why;
	nested = strchr(line, '/') == NULL;
	if (!unescape(line))
		return "its name has a NUL";
	free(mtree->name);
	mtree->name = whole_name(mtree, line);
	if (mtree->name == NULL)
		return "no memory";
	if (nested && entry->type == 'd') {
		free(mtree->directory);
		mtree->directory = strdup(mtree->name);
	}
	if (entry->type != 'o' && strcmp(mtree->name, ".") != 0)
		entry->name = mtree->name;
	return NULL;
}

const char *
hash_mtree_read(struct hash_mtree *mtree, char *text, struct hash_mtree_entry *entry)
{
	const char *why = NULL;
	char *line;
	bool owned;
	size_t n;

	*entry = (struct hash_mtree_entry){.size = -1};
	if (continued(mtree, text, &line) != 0)
		return "no memory";
	if (line == NULL)
		return NULL;
	owned = line == mtree->line;
	for (n = strlen(line); n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t');)
		line[--n] = '\0';
	line += strspn(line, " \t");
	if (strncmp(line, "/set", 4) == 0 && (line[4] == ' ' || line[4] == '\t')) {
		struct hash_mtree_entry set = {.type = 0};

		why = read_words(line + 5, &set);
		if (set.type != 0)
			mtree->set_type = set.type;
	} else if (strncmp(line, "/unset", 6) == 0) {
		if (strstr(line, "type") != NULL || strstr(line, "all") != NULL)
			mtree->set_type = 0;
	} else if (strcmp(line, "..") == 0) {
		leave(mtree);
	} else if (line[0] != '\0' && line[0] != '#') {
		why = read_entry(mtree, line, entry);
		if (entry->target != NULL) {
			free(mtree->target);
			mtree->target = strdup(entry->target);
			entry->target = mtree->target;
		}
	}
	if (owned) {
		free(mtree->line);
		mtree->line = NULL;
	}
	return why;
}

void
hash_mtree_free(struct hash_mtree *mtree)
{
	free(mtree->directory);
	free(mtree->name);
	free(mtree->target);
	free(mtree->line);
	*mtree = (struct hash_mtree){0};
}

void
hash_mtree_name(struct stream *out, const char *name, size_t n)
{
	char escaped[8];

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c > ' ' && c < 0x7f && c != '\\' && c != '#' && c != '=' &&
		    c != '*' && c != '?' && c != '[') {
			stream_put(out, &name[i], 1);
			continue;
		}
		snprintf(escaped, sizeof(escaped), "\\%03o", c);
		stream_puts(out, escaped);
	}
}
