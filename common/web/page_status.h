/* /status: what elog-status shows. */
#ifndef PAGE_STATUS_H
#define PAGE_STATUS_H

#include "stream/stream.h"
#include "web/view.h"

int page_status(struct view *view);
int page_status_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

#endif
