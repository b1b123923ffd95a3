/*
 * Where a file goes: a template over what its record says.
 *
 * In "{host}/{path}", {scheme} and {host} are those of the URL (the host with its port,
 * if it names one), {path} is its path, or the record's where it is an attachment, and
 * {name} the last part of that; any other {X} is the member X of the record or of its
 * "fields".  Only {path} keeps its slashes.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "files/place.h"
#include "text/json.h"

#define LAYOUT_FILES "{host}/{path}"
#define LAYOUT_ATTACHMENTS "attachments/{path}"
#define LAYOUT_WHY 160

/* Check a template; NULL, or what is wrong with it. */
const char *layout_check(const char *template);

/*
 * The path of a file under the directory, each component as place_component() makes it.
 * url must have a scheme; path (not escaped) stands for the URL's own, or is NULL.
 * Returns 0, or -1 with why filled in.
 */
int layout_path(const char *template, const char *url, const char *path,
    struct json_span record, char out[PLACE_PATH_MAX + 1], char why[LAYOUT_WHY]);

#endif
