/* What belongs to an entry of a logbook: its HTML, for a frame, and its files. */
#ifndef PAGE_ENTRY_H
#define PAGE_ENTRY_H

#include "web/view.h"

/* Add <html> with what of the entry's HTML does no harm. */
int page_entry_html(struct view *view);

/* A file that was pulled.  A page_file. */
int page_entry_file(struct view *view, struct view_file *file);

#endif
