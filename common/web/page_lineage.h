/* What /jobs/UUID, /jobs/UUID/lineage and /lineage have beside their SQL files: jobs and
   files before and behind a job or a file, as a graph. */
#ifndef PAGE_LINEAGE_H
#define PAGE_LINEAGE_H

#include "web/view.h"

int page_lineage(struct view *view);
int page_lineage_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

#endif
