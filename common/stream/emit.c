#include "stream/emit.h"

struct writer
emit_record(struct stream *out, const char *stream)
{
	struct writer w = writer_to(stream_take, out);

	writer_object(&w, NULL);
	writer_string(&w, "type", "RECORD");
	writer_string(&w, "stream", stream);
	writer_object(&w, "record");
	return w;
}

void
emit_end(struct writer *w)
{
	writer_end_object(w);
	writer_end_object(w);
	stream_end_line(w->context);
}
