/* The files of common/web/pages/, compiled in: templates, the style, the scripts. */
#ifndef WEB_FILES_H
#define WEB_FILES_H

struct web_file {
	const char *name; /* "layout.xsl" */
	const char *text;
};

/* All of them, in the order of their names; ends with a row of NULLs. */
extern const struct web_file web_files[];

/* The text of one; NULL if there is none. */
const char *web_file(const char *name);

#endif
