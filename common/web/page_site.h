/* /sites: the dashboard of elog-site; /files: what elog-status --downloads shows. */
#ifndef PAGE_SITE_H
#define PAGE_SITE_H

#include "stream/stream.h"
#include "web/view.h"

int page_sites(struct view *view);
int page_sites_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

int page_files(struct view *view);
int page_files_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

#endif
