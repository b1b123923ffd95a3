/* /plot: what its points are, and where they stand in the picture that its template
   draws. */
#ifndef PAGE_PLOT_H
#define PAGE_PLOT_H

#include "stream/stream.h"
#include "web/view.h"

#define PAGE_PLOT_PARAMETERS                                                             \
	"q v x colour kind log bins from to low high runs e period gone"

int page_plot(struct view *view);
int page_plot_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

#endif
