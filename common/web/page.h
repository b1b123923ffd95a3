/*
 * The pages there are.  A page is a row of pages[]; its statements are in
 * common/sql/web/NAME.sql, its template is common/web/pages/NAME.xsl.
 */
#ifndef PAGE_H
#define PAGE_H

#include "query/rows.h"
#include "stream/stream.h"
#include "web/view.h"

struct page {
	/* "/e/:experiment/runs": a part that begins with a colon is any text, and a value
	   of that name. */
	const char *path;
	const char *name;
	const char *title;
	/* What it is called in the menu, or where its path begins with "/e/:experiment"
	   among the tabs of an experiment; NULL: it is in neither. */
	const char *menu;
	const char *parameters; /* those that it knows, with spaces between */
	const char *needs;	/* tables that older databases lack, in the same way */
	int seconds; /* how long an answer is good, since the time is a part of it; 0: as
			long as the database stays as it is */
	const struct rows_kind *kinds; /* of its rows, or NULL */
	bool scratch;		       /* its parts make temporary tables of their own */
	/* The template that makes a picture of it, which is asked for as ".svg"; NULL:
	   there is none. */
	const char *picture;
	bool framed; /* it is shown in a frame of other pages */
	/* Add values and rows to the page's document, beside those of its SQL file,
	   before those are asked for; NULL: there are none.  0; -1 after a message. */
	int (*fill)(struct view *view);
	/* Print its rows, where these are not those of the first statement of its SQL
	   file.  0; -1 after a message. */
	int (*rows)(struct view *view, const struct printer_format *format,
	    stream_write *write, void *context);
	/* Hand on a file in place of all that; NULL: it is a page. */
	int (*file)(struct view *view, struct view_file *file);
};

/* All of them; ends with a row whose path is NULL. */
extern const struct page pages[];

/*
 * The page of a path; NULL if there is none.  Parameters of the request that it does not
 * know are forgotten.
 */
const struct page *page_find(struct request *request);

/* Has the request parameters of the page whose values make no sense?  True after a
   message about the first. */
bool page_is_mistaken(const struct page *page, const struct request *request);

/* Does it have rows to print? */
bool page_has_rows(const struct page *page);

/* Add the menu and the tabs to a page. */
void page_menus(const struct page *page, struct view *view);

/* Make the parts of a path that are texts values of a view. */
void page_values(const struct page *page, struct view *view);

#endif
