/* HTML that somebody wrote: what of it a page shows. */
#include "web/clean.h"

#include <string.h>

#include "unit.h"

/* The text of all that comes of HTML, malloc'd by libxml2. */
static char *
text_of(const char *html, size_t n)
{
	xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
	xmlNode *root = xmlNewDocNode(doc, NULL, BAD_CAST "html", NULL);
	char *text;

	xmlDocSetRootElement(doc, root);
	assert_int_equal(clean_html(doc, root, html, n), 0);
	text = (char *)xmlNodeGetContent(root);
	xmlFreeDoc(doc);
	return text;
}

static void
texts(void **state)
{
	static const struct {
		const char *html, *text;
	} table[] = {
	    {"a<font>b</font>c<o:p>d</o:p>", "abcd"},
	    {"<p>a<script>x</script>b<!-- x -->c</p>", "abc"},
	    {"<b>a</b><i>b</i><style>x</style>", "ab"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *text = text_of(table[i].html, strlen(table[i].html));

		assert_string_equal(text, table[i].text);
		xmlFree(text);
	}
}

/* As Word leaves them.  They were joined one by one, each time from the beginning. */
static void
many_pieces(void **state)
{
	static const char piece[] = "<font>x</font>";
	const size_t pieces = 20000, n = sizeof(piece) - 1;
	char *html = malloc(pieces * n), *text;

	(void)state;
	assert_non_null(html);
	for (size_t i = 0; i < pieces; i++)
		memcpy(html + i * n, piece, n);
	text = text_of(html, pieces * n);
	free(html);
	assert_int_equal(strlen(text), pieces);
	assert_int_equal(strspn(text, "x"), pieces);
	xmlFree(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts),
	    cmocka_unit_test(many_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
