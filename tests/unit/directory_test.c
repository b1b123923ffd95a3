/* Listings of directories, as servers write them. */
#include "files/directory.h"

#include "unit.h"

/* 2025-07-15T12:00:00Z */
#define NOW INT64_C(1752580800)

/* What was handed over, a line an entry: "f name 12 2025-01-01T18:30Z". */
struct taken {
	char text[4096];
	size_t n;
};

static void
take(void *context, const struct directory_entry *entry)
{
	struct taken *taken = context;

	assert_int_equal(strlen(entry->name), entry->length);
	taken->n += (size_t)snprintf(taken->text + taken->n,
	    sizeof(taken->text) - taken->n, "%c %s %lld %s\n", "fdo"[entry->type],
	    entry -> name, (long long)entry -> size, entry -> modified);
}

struct listing {
	enum directory_format format;
	const char *text;
	const char *taken;
	long refused;
	const char *error; /* a part of it */
};

static void
check(const struct listing *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct taken taken = {.n = 0};
		struct directory_result result;
		/* In a block of its own, so that ASan sees what reads on. */
		size_t length = strlen(table[i].text);
		char *text = malloc(length);

		memcpy(text, table[i].text, length);
		directory_read(
		    table[i].format, text, length, "/data/", NOW, take, &taken, &result);
		free(text);
		assert_string_equal(taken.text, table[i].taken);
		assert_int_equal(result.refused, table[i].refused);
		if (table[i].error == NULL)
			assert_string_equal(result.error, "");
		else
			assert_non_null(strstr(result.error, table[i].error));
	}
}

static void
mlsd(void **state)
{
	static const struct listing table[] = {
	    {DIRECTORY_MLSD, "", "", 0, NULL},
	    {DIRECTORY_MLSD,
		"modify=20250101183020;perm=fle;type=cdir;unique=1; .\r\n"
		"Type=pdir;Modify=20250101183020; ..\r\n"
		"modify=20250101183020.123;perm=adfr;size=4711;type=file; a b;c.BUFR\r\n"
		"type=dir;modify=20250101183020; 2025\r\n"
		"type=OS.unix=slink:/etc;size=3; link\r\n"
		"type=OS.unix=symlink; other\r\n",
		"f a b;c.BUFR 4711 2025-01-01T18:30:20Z\n"
		"d 2025 -1 2025-01-01T18:30:20Z\n"
		"o link -1 \n"
		"o other -1 \n",
		0, NULL},
	    /* ProFTPD with "FactsOptions UseSlink": a link's target has blanks. */
	    {DIRECTORY_MLSD,
		"type=OS.unix=slink:/a b c;size=3; link; x\r\ntype=file; y\r\n",
		"o link; x -1 \nf y -1 \n", 0, NULL},
	    /* Sizes and times that are none; a last line without its end. */
	    {DIRECTORY_MLSD, "type=file;size=-1;modify=yesterday; x", "f x -1 \n", 0,
		NULL},
	    {DIRECTORY_MLSD, "type=file;size=99999999999999999999; x", "f x -1 \n", 0,
		NULL},
	    {DIRECTORY_MLSD,
		"type=file; ../../etc/passwd\r\ntype=file; a\x01"
		"b\r\ntype=file; \r\ntype=file;  \r\n",
		"f   -1 \n", 3, NULL},
	    {DIRECTORY_MLSD, "size=3; x\r\ntype=file; y\r\n", "f y -1 \n", 0,
		"'size=3; x'"},
	    {DIRECTORY_MLSD, "no facts\r\n", "", 0, "not understood"},
	    {DIRECTORY_MLSD, "type=file", "", 0, "not understood"},
	};

	(void)state;
	check(table, COUNT_OF(table));
}

static void
list_unix(void **state)
{
	static const struct listing table[] = {
	    {DIRECTORY_LIST,
		"total 12\r\n"
		"drwxr-xr-x   3 0        0            4096 Jul  1 09:32 .\r\n"
		"drwxr-xr-x   3 0        0            4096 Jul  1 09:32 RMA1\r\n"
		"-rw-r--r--   1 user     group         123 Jul 15 23:59 new  file \r\n"
		"-rw-r--r--   1 user     group         123 Dec 31 23:59 last year\r\n"
		"-rw-r--r--   1 user     group  5000000000 Feb 29  2024 large\r\n"
		"lrwxrwxrwx   1 user     group           4 Jul  1 09:32 l -> /etc\r\n"
		"crw-rw-rw-   1 root     root       1,   3 Jul  1 09:32 null\r\n",
		"d RMA1 -1 2025-07-01T09:32Z\n"
		"f new  file  123 2025-07-15T23:59Z\n"
		"f last year 123 2024-12-31T23:59Z\n"
		"f large 5000000000 2024-02-29\n"
		"o l -1 2025-07-01T09:32Z\n"
		"o null -1 2025-07-01T09:32Z\n",
		0, NULL},
	    /* An ACL's sign; no group; no links. */
	    {DIRECTORY_LIST,
		"-rw-r--r--+  1 user group 1 Jul 1 9:32 a\n"
		"-rw-r--r--   1 user 2 Jul 1 09:32 b\n"
		"-rw-r--r-- user group 3 Jul 1 09:32 c\n",
		"f a 1 2025-07-01T09:32Z\nf b 2 2025-07-01T09:32Z\n"
		"f c 3 2025-07-01T09:32Z\n",
		0, NULL},
	    /* A date in the name, and a user called May. */
	    {DIRECTORY_LIST, "-rw-r--r-- 1 May 12 34 Jul 1 09:32 Jan 1 10:00 x\n",
		"f Jan 1 10:00 x 34 2025-07-01T09:32Z\n", 0, NULL},
	    {DIRECTORY_LIST,
		"-rw-r--r-- 1 u g 1 Jul 1 09:32 ../x\n"
		"-rw-r--r-- 1 u g 1 Jul 1 09:32 ..\n"
		"-rw-r--r-- 1 u g 1 Jul 1 09:32 ok\n",
		"f ok 1 2025-07-01T09:32Z\n", 1, NULL},
	    {DIRECTORY_LIST, "-rw-r--r-- 1 u g 1 Jul 1 09:32\nrubbish\n", "", 0,
		"not understood"},
	    {DIRECTORY_LIST, "-rw-r--r-- 1 u g 1 Jul 41 09:32 x\n", "", 0,
		"not understood"},
	    {DIRECTORY_LIST, "-rw-r--r-- 1 u g 1 Jul 1 29:32 x\n", "", 0,
		"not understood"},
	};

	(void)state;
	check(table, COUNT_OF(table));
}

static void
list_windows(void **state)
{
	static const struct listing table[] = {
	    {DIRECTORY_LIST,
		"07-01-25  09:32AM       <DIR>          RMA 1\r\n"
		"07-01-2025  12:05AM               1234 a file.txt\r\n"
		"12-31-99  12:05PM                  5 old\r\n"
		"07-01-2025  21:32                  6 day\r\n"
		"07-01-25  09:32AM       <JUNCTION>     link [\\??\\C:\\]\r\n",
		"d RMA 1 -1 2025-07-01T09:32Z\n"
		"f a file.txt 1234 2025-07-01T00:05Z\n"
		"f old 5 1999-12-31T12:05Z\n"
		"f day 6 2025-07-01T21:32Z\n"
		"o link [\\??\\C:\\] -1 2025-07-01T09:32Z\n",
		0, NULL},
	    {DIRECTORY_LIST, "07-01-25  09:32AM  many x\r\n", "", 0, "not understood"},
	    /* The month stands first: this is a day of another server's. */
	    {DIRECTORY_LIST, "31-12-25  09:32AM  5 x\r\n", "", 0, "not understood"},
	    {DIRECTORY_LIST, "12-31-25  29:32  5 x\r\n", "", 0, "not understood"},
	};

	(void)state;
	check(table, COUNT_OF(table));
}

static const char apache[] =
    "<html><head><title>Index of /data</title></head><body><h1>Index of /data</h1>\n"
    "<pre><a href=\"?C=N;O=D\">Name</a> <a href=\"?C=M;O=A\">Last modified</a><hr>"
    "<img src=\"x\"> <a href=\"/\">Parent Directory</a>    -   \n"
    "<img> <a href=\"2025/\">2025/</a>     2025-01-02 03:04    -   \n"
    "<img> <a href=\"a%20b%23c&amp;d.txt\">a b#c&amp;d.txt</a> 2025-01-02 03:04  512   \n"
    "<img> <a href=\"large\">large</a>     2025-01-02 03:04  1.2M  \n"
    "<hr></pre></body></html>\n";

static const char apache_table[] =
    "<title>Index of /data</title><table><tr><th><a href=\"?C=N;O=D\">Name</a></th></tr>"
    "<tr><td><a href=\"/\">Parent Directory</a></td><td>&nbsp;</td></tr>\n"
    "<tr><td valign=\"top\"></td><td><a href=\"x.dat\">x.dat</a></td>"
    "<td align=\"right\">2025-01-02 03:04  </td><td align=\"right\"> 77 </td></tr>\n"
    "</table>";

static const char nginx[] =
    "<html><head><title>Index of /data/</title></head><body><h1>Index of /data/</h1>"
    "<hr><pre><a href=\"../\">../</a>\r\n"
    "<a href=\"2025/\">2025/</a>            02-Jan-2025 03:04           -\r\n"
    "<a href=\"x.dat\">x.dat</a>            02-Jan-2025 03:04   123456789\r\n"
    "</pre><hr></body></html>";

static const char lighttpd[] =
    "<title>Index of /data/</title><h2>Index of /data/</h2><table><tbody>\n"
    "<tr class=\"d\"><td class=\"n\"><a href=\"../\">..</a>/</td>"
    "<td class=\"m\">&nbsp;</td><td class=\"s\">- &nbsp;</td></tr>\n"
    "<tr class=\"d\"><td class=\"n\"><a href=\"a%20b/\">a b</a>/</td>"
    "<td class=\"m\">2025-Jul-01 02:18:16</td><td class=\"s\">- &nbsp;</td></tr>\n"
    "<tr><td class=\"n\"><a href=\"T18%3A30.BUFR\">T18:30.BUFR</a></td>"
    "<td class=\"m\">2020-Feb-29 03:04:05</td><td class=\"s\">4.9K</td></tr>\n"
    "</tbody></table><div class=\"foot\">lighttpd/1.4.69</div>";

/* The way up, and a row of a directory and one of a file, of Caddy 2.6 and 2.8. */
static const char caddy[] =
    "<h1><a href=\"/\">/</a><a href=\"../../\">a</a><a href=\"../\">b</a></h1>"
    "<th><a href=\"?sort=namedirfirst&order=desc\" class=\"icon\">x</a></th>\n"
    "<tr class=\"file\"><td></td><td>\n<a href=\"./a%20b/\">\n"
    "<span class=\"name\">a b/</span></a></td>\n<td data-order=\"-1\">&mdash;</td>\n"
    "<td><time datetime=\" 2025-07-01T02:18:16Z\">07/01/2025 02:18:16 AM +00:00</time>"
    "</td></tr>\n"
    "<tr class=\"file\"><td>\n<a href=\"./x&#43;y%26.dat\">\n<span>x</span></a></td>\n"
    "<td data-order=\"5000\">4.9 KiB</td>\n"
    "<td><time datetime=\" 2020-02-29T03:04:05Z\">02/29/2020</time></td></tr>\n"
    "<tr class=\"file\"><td>\n<a href=\"./big\">\n<span>big</span></a></td>\n"
    "<td class=\"size\" data-size=\"1099511627776\"><div>1 TiB</div></td>\n"
    "<td><time datetime=\"2020-02-29T03:04:05Z\">02/29/2020</time></td></tr>\n"
    "<footer>Served with <a rel=\"x\" "
    "href=\"https://caddyserver.com\">Caddy</a></footer>";

/* Details stand before the link, as the machine's language spells them. */
static const char iis[] =
    "<html><head><title>host - /data/</title></head><body><H1>host - /data/</H1><hr>\r\n"
    "<pre><A HREF=\"/\">[To Parent Directory]</A><br><br>\r\n"
    " 6/12/2025  3:25 AM        &lt;dir&gt; <A HREF=\"/data/2025/\">2025</A><br>"
    " 6/12/2025  3:25 PM         4711 <A HREF=\"/%64ata/a%20b\">a b</A><br>"
    "2025-06-12    15:25            5 <A HREF=\"/data/x\">x</A><br>"
    " 6/12/2025  3:25 PM           12 <A HREF=\"/other/y\">y</A><br>"
    "</pre><hr></body></html>";

static void
index_page(void **state)
{
	static const struct listing table[] = {
	    {DIRECTORY_INDEX, apache,
		"d 2025 -1 2025-01-02T03:04Z\n"
		"f a b#c&d.txt 512 2025-01-02T03:04Z\n"
		"f large -1 2025-01-02T03:04Z\n",
		0, NULL},
	    {DIRECTORY_INDEX, apache_table, "f x.dat 77 2025-01-02T03:04Z\n", 0, NULL},
	    {DIRECTORY_INDEX, nginx,
		"d 2025 -1 2025-01-02T03:04Z\nf x.dat 123456789 2025-01-02T03:04Z\n", 0,
		NULL},
	    {DIRECTORY_INDEX, lighttpd,
		"d a b -1 2025-07-01T02:18:16Z\nf T18:30.BUFR -1 2020-02-29T03:04:05Z\n",
		0, NULL},
	    {DIRECTORY_INDEX, caddy,
		"d a b -1 2025-07-01T02:18:16Z\nf x+y&.dat 5000 2020-02-29T03:04:05Z\n"
		"f big 1099511627776 2020-02-29T03:04:05Z\n",
		0, NULL},
	    {DIRECTORY_INDEX, iis, "d 2025 -1 \nf a b 4711 \nf x 5 2025-06-12T15:25Z\n",
		1, NULL},
	    /* IIS where nothing is above; tags and attributes that look like a link's. */
	    {DIRECTORY_INDEX,
		"<pre> 6/12/2025  3:25 AM &lt;dir&gt; <A "
		"HREF=\"/data/y/\">y</A><br></pre>",
		"d y -1 \n", 0, NULL},
	    {DIRECTORY_INDEX,
		"Index of <abbr href=\"no\">x</abbr><a class=\"href\" data-href=no "
		"href = x>x</a><a href='y'title=\"href=no\">y</a><a href>z</a>",
		"f x -1 \nf y -1 \n", 0, NULL},
	    /* Entities: of ASCII, beyond it, and none. */
	    {DIRECTORY_INDEX,
		"Index of <a href=\"&#43;&#x2B;&AMP;&lt;\">x</a>"
		"<a href=\"&#233;&#0;&#;&#\">y</a><a href=\"&#46;&#46;&#x2f;x\">z</a>",
		"f ++&< -1 \nf &#233;&#0;&#;&# -1 \n", 1, NULL},
	    /* Python's; a directory that is empty; IIS with paths of its own. */
	    {DIRECTORY_INDEX,
		"<title>Directory listing for /data/</title><ul>"
		"<li><a href=\"x%C3%A9.dat\">x</a></li><li><a href='y/'>y/</a></li></ul>",
		"f x\xc3\xa9.dat -1 \nd y -1 \n", 0, NULL},
	    {DIRECTORY_INDEX, "<h1>Index of /</h1><a href=\"../\">../</a>", "", 0, NULL},
	    {DIRECTORY_INDEX,
		"<A HREF=\"/\">[To Parent Directory]</A> 1/2/2025  3:04 AM  12 "
		"<A HREF=\"/data/x.dat\">x.dat</A><br><A HREF=\"/other/y\">y</A>",
		"f x.dat -1 \n", 0, NULL},
	    /* Elsewhere, up, in two steps, and what no file is called. */
	    {DIRECTORY_INDEX,
		"Index of <a href=\"http://evil/x\">x</a><a href=\"//evil/x\">x</a>"
		"<a href=\"javascript:x\">x</a><a href=\"..\">x</a><a href=\"#x\">x</a>"
		"<a href=\"a/b\">x</a><a href=\"%2e%2e/\">x</a><a href=\"..%2fx\">x</a>"
		"<a href=\"x%00y\">x</a><a href=\"x%0ay\">x</a><a href=\"\">x</a>"
		"<a name=\"x\">x</a><a href=\"x?download\">x</a><a href",
		"", 4, NULL},
	    /* A colon is part of a name behind "./" or as %3A. */
	    {DIRECTORY_INDEX,
		"Index of <a href=\"./T18:30.BUFR\">x</a> 2025-01-02 03:04 5 "
		"<a href=\"./a:b/\">x</a> 2025-01-02 03:04 - <a href=\"c%3Ad\">x</a>",
		"f T18:30.BUFR 5 2025-01-02T03:04Z\nd a:b -1 2025-01-02T03:04Z\n"
		"f c:d -1 \n",
		0, NULL},
	    /* With a date, what is left out counts; not the way up or to a sorted page.
	     */
	    {DIRECTORY_INDEX,
		"Index of <a href=\"T18:30\">x</a> 2025-01-02 03:04 5 "
		"<a href=\"http://evil/x\">x</a> 2025-01-02 03:04 5 "
		"<a href=\"/other/x\">x</a> 2025-01-02 03:04 5 "
		"<a href=\"a?b\">x</a> 2025-01-02 03:04 5 "
		"<a href=\"/\">up</a> 2025-01-02 03:04 - "
		"<a href=\"./?C=N\">x</a> 2025-01-02 03:04 - <a href=\"mailto:x\">x</a>",
		"", 4, NULL},
	    {DIRECTORY_INDEX, "<title>Log in</title><a href=\"login\">log in</a>", "", 0,
		"no index"},
	    {DIRECTORY_INDEX, "", "", 0, "no index"},
	    {DIRECTORY_INDEX, "<html>Index of <a href=\"x\">x</a><a hr", "f x -1 \n", 0,
		"cut off"},
	};

	(void)state;
	check(table, COUNT_OF(table));
}

static void
changes(void **state)
{
	(void)state;
	assert_true(directory_changed("2025-01-01T18:30:20Z", "2025-01-01T18:30:21Z"));
	assert_false(directory_changed("2025-01-01T18:30:20Z", "2025-01-01T18:30:20Z"));
	/* In the minute, in that of another zone, behind it; the day; the second. */
	assert_true(directory_is_early("2025-07-15T12:00Z", NOW + 59));
	assert_true(directory_is_early("2025-07-15T09:00Z", NOW));
	assert_false(directory_is_early("2025-07-15T12:00Z", NOW + 60));
	assert_false(directory_is_early("2025-07-13T12:00Z", NOW));
	assert_true(directory_is_early("2025-07-15", NOW));
	assert_false(directory_is_early("2025-07-14", NOW));
	assert_false(directory_is_early("2025-07-15T12:00:00Z", NOW));
	assert_false(directory_is_early("", NOW));
	/* The less exact one decides: LIST loses the minutes of an old file. */
	assert_false(directory_changed("2025-01-01T18:30Z", "2025-01-01"));
	assert_false(directory_changed("2025-01-01T18:30:20Z", "2025-01-01T18:30Z"));
	assert_true(directory_changed("2025-01-01T18:30Z", "2025-01-02"));
	assert_false(directory_changed("", "2025-01-02"));
}

static void
local(void **state)
{
	char path[] = "/tmp/directory_test.XXXXXX", name[80];
	struct taken taken = {.n = 0};
	struct directory_result result;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(name, sizeof(name), "%s/x", path);
	file = fopen(name, "w");
	assert_non_null(file);
	fputs("12345", file);
	fclose(file);
	directory_read_local(path, take, &taken, &result);
	assert_int_equal(result.entries, 1);
	assert_string_equal(result.error, "");
	assert_memory_equal(taken.text, "f x 5 20", 8);
	unlink(name);
	rmdir(path);
	directory_read_local(path, take, &taken, &result);
	assert_string_equal(result.error, "No such file or directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mlsd),
	    cmocka_unit_test(list_unix),
	    cmocka_unit_test(list_windows),
	    cmocka_unit_test(index_page),
	    cmocka_unit_test(changes),
	    cmocka_unit_test(local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
