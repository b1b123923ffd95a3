#include "web/assets.h"

#include <stdio.h>
#include <string.h>

#include "text/buffer.h"
#include "web/files.h"

#define SCRIPT "text/javascript; charset=utf-8"
#define STYLE "text/css; charset=utf-8"
#define DYGRAPHS "/usr/share/javascript/dygraphs/"

const struct asset assets[] = {
    {.name = "style.css", .type = STYLE},
    {.name = "elog.js", .type = SCRIPT},
    {.name = "plot.js", .type = SCRIPT},
    {.name = "icon.svg", .type = "image/svg+xml"},
    {.name = "dygraph.js", .type = SCRIPT, .path = DYGRAPHS "dygraph.min.js"},
    {.name = "dygraph.css", .type = STYLE, .path = DYGRAPHS "dygraph.min.css"},
    {.name = NULL},
};

const struct asset *
asset_find(const char *name)
{
	for (const struct asset *a = assets; a->name != NULL; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

char *
asset_read(const struct asset *asset, size_t *n)
{
	const char *text = asset->path == NULL ? web_file(asset->name) : NULL;
	struct buffer contents = {0};
	char piece[8192];
	FILE *file;
	size_t got;

	if (text != NULL)
		buffer_put(&contents, text, strlen(text));
	if (asset->path == NULL)
		return buffer_take(&contents, n);
	file = fopen(asset->path, "re");
	if (file == NULL)
		return NULL;
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		buffer_put(&contents, piece, got);
	fclose(file);
	return buffer_take(&contents, n);
}
