/* The style, the scripts, the icon: what pages refer to, under /static/. */
#ifndef ASSETS_H
#define ASSETS_H

#include <stddef.h>

struct asset {
	const char *name; /* behind /static/ */
	const char *type;
	/* Where the package that it is from puts it; NULL: it is one of ours, compiled in
	   (files.h). */
	const char *path;
};

/* All of them; ends with a row whose name is NULL. */
extern const struct asset assets[];

/* The one of that name; NULL if there is none. */
const struct asset *asset_find(const char *name);

/* Its contents, malloc'd, *n bytes; NULL if the package is not installed. */
char *asset_read(const struct asset *asset, size_t *n);

#endif
