#include "stream/emit.h"

struct writer
emit_record(struct stream *out, const char *stream)
{
	struct writer w = writer_to(stream_take, out);

	stream_puts(out, "{\"type\":\"RECORD\",\"stream\":\"");
	stream_puts(out, stream);
	stream_puts(out, "\",\"record\":{");
	return w;
}

void
emit_end_at(struct writer *w, const char *time_extracted)
{
	writer_end_object(w);
	if (time_extracted != NULL)
		writer_string(w, "time_extracted", time_extracted);
	writer_end_object(w);
	stream_end_line(w->context);
}

void
emit_end(struct writer *w)
{
	emit_end_at(w, NULL);
}
