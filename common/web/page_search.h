/* /search: entries and more by their words, as elog-search finds them. */
#ifndef PAGE_SEARCH_H
#define PAGE_SEARCH_H

#include "stream/stream.h"
#include "web/view.h"

int page_search(struct view *view);
int page_search_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

#endif
