#include "web/page.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "query/query_label.h"
#include "text/timestamp.h"
#include "web/page_entry.h"
#include "web/page_experiment.h"
#include "web/page_job.h"
#include "web/page_lineage.h"
#include "web/page_plot.h"
#include "web/page_runs.h"
#include "web/page_search.h"
#include "web/page_site.h"
#include "web/page_status.h"

static const struct rows_kind entries_kinds[] = {{"tags", CELL_JSON}, {NULL, CELL_NULL}};

const struct page pages[] = {
    {.path = "/",
	.name = "home",
	.title = "Experiments",
	.menu = "Experiments",
	.parameters = "q page",
	.needs = "fetched_streams local_runs"},
    {.path = "/e/:experiment",
	.name = "experiment",
	.title = "Experiment",
	.menu = "Overview",
	.parameters = "from to",
	.needs = "collaborators",
	.fill = page_experiment},
    {.path = "/e/:experiment/entries",
	.name = "entries",
	.title = "Entries",
	.menu = "Entries",
	.parameters = "author tag run from to deleted page",
	.kinds = entries_kinds,
	.needs = "attachments downloads get_elog_tags"},
    {.path = "/e/:experiment/entries/:entry",
	.name = "entries",
	.title = "Entry",
	.parameters = "deleted",
	.kinds = entries_kinds,
	.needs = "attachments downloads get_elog_tags"},
    {.path = "/e/:experiment/entries/:entry/html",
	.name = "entry_html",
	.title = "Entry",
	.framed = true,
	.fill = page_entry_html},
    {.path = "/e/:experiment/entries/:entry/files/:file",
	.name = "entry_file",
	.title = "File",
	.needs = "attachments downloads",
	.file = page_entry_file},
    {.path = "/e/:experiment/runs",
	.name = "runs",
	.title = "Runs",
	.menu = "Runs",
	.parameters = PAGE_RUNS_PARAMETERS,
	.needs = "condition_columns run_tables aliases run_periods",
	.scratch = true,
	.fill = page_runs,
	.rows = page_runs_rows},
    {.path = "/runs",
	.name = "runs",
	.title = "Runs",
	.menu = "Runs",
	.parameters = PAGE_RUNS_PARAMETERS,
	.needs = "condition_columns run_tables aliases run_periods",
	.scratch = true,
	.fill = page_runs,
	.rows = page_runs_rows},
    {.path = "/search",
	.name = "search",
	.title = "Search",
	.menu = "Search",
	.parameters = "q sort deleted gone facets page",
	.needs = "search searches",
	.seconds = 60, /* since:3d */
	.scratch = true,
	.fill = page_search,
	.rows = page_search_rows},
    {.path = "/conditions",
	.name = "conditions",
	.title = "Conditions",
	.parameters = "find page",
	.needs = "condition_columns"},
    {.path = "/e/:experiment/runs/:run",
	.name = "around",
	.title = "Run",
	.needs = "condition_columns local_conditions attachments"},
    {.path = "/e/:experiment/plot",
	.name = "plot",
	.title = "Plot",
	.menu = "Plot",
	.parameters = PAGE_PLOT_PARAMETERS,
	.needs = "condition_columns run_param_descriptions",
	.picture = "plot_picture",
	.fill = page_plot,
	.rows = page_plot_rows},
    {.path = "/plot",
	.name = "plot",
	.title = "Plot",
	.menu = "Plot",
	.parameters = PAGE_PLOT_PARAMETERS,
	.needs = "condition_columns run_param_descriptions",
	.picture = "plot_picture",
	.fill = page_plot,
	.rows = page_plot_rows},
    {.path = "/jobs",
	.name = "jobs",
	.title = "Jobs",
	.menu = "Jobs",
	.parameters = "q page",
	.needs = "jobs",
	.seconds = 10,
	.scratch = true,
	.fill = page_jobs,
	.rows = page_jobs_rows},
    {.path = "/jobs/:job",
	.name = "job",
	.title = "Job",
	.needs = "jobs",
	.seconds = 10,
	.fill = page_job,
	.rows = page_job_rows},
    {.path = "/jobs/:job/lineage",
	.name = "lineage",
	.title = "Lineage",
	.needs = "jobs",
	.seconds = 10,
	.fill = page_lineage,
	.rows = page_lineage_rows},
    {.path = "/lineage",
	.name = "lineage",
	.title = "Lineage",
	.parameters = "of",
	.needs = "jobs",
	.seconds = 10,
	.fill = page_lineage,
	.rows = page_lineage_rows},
    {.path = "/sites",
	.name = "sites",
	.title = "Sites",
	.menu = "Sites",
	.needs = "site_state site_hashes",
	.seconds = 10,
	.fill = page_sites,
	.rows = page_sites_rows},
    {.path = "/files",
	.name = "files",
	.title = "Files",
	.menu = "Files",
	.needs = "downloads partial_downloads",
	.seconds = 60,
	.fill = page_files,
	.rows = page_files_rows},
    {.path = "/status",
	.name = "status",
	.title = "Status",
	.menu = "Status",
	.needs = "fetched_streams log_records",
	.seconds = 10,
	.fill = page_status,
	.rows = page_status_rows},
    {.path = NULL},
};

/* The next part of a path, its length in *n; NULL behind the last. */
static const char *
next_part(const char **path, size_t *n)
{
	const char *part = *path + strspn(*path, "/");

	*n = strcspn(part, "/");
	*path = part + *n;
	return *n > 0 ? part : NULL;
}

static bool
is_path(const char *path, const struct request *request)
{
	const char *part;
	size_t n, i = 0;

	while ((part = next_part(&path, &n)) != NULL) {
		const char *segment;

		if (i == request->n_segments)
			return false;
		segment = request->segments[i++];
		if (part[0] != ':' &&
		    (strlen(segment) != n || memcmp(segment, part, n) != 0))
			return false;
	}
	return i == request->n_segments;
}

static const struct page *
find(struct request *request, bool picture)
{
	for (const struct page *page = pages; page->path != NULL; page++)
		if ((page->picture != NULL || !picture) && is_path(page->path, request)) {
			request_keep(request, page->parameters);
			return page;
		}
	return NULL;
}

/* Take ".svg" from the end of the path. */
static bool
cut_picture(struct request *request)
{
	size_t i = request->n_segments - 1, n;
	const char *cut;

	if (request->n_segments == 0 || request->form != REQUEST_PAGE)
		return false;
	n = strlen(request->segments[i]);
	if (n < 5 || strcmp(request->segments[i] + n - 4, ".svg") != 0)
		return false;
	cut = arena_text(&request->arena, request->segments[i], n - 4);
	if (cut != NULL)
		request->segments[i] = cut;
	return cut != NULL;
}

const struct page *
page_find(struct request *request)
{
	const struct page *page = find(request, false);

	if (page == NULL && cut_picture(request)) {
		request->form = REQUEST_SVG;
		page = find(request, true);
	}
	return page;
}

/* ---- What is asked for ------------------------------------------------------ */

static bool
is_time(const char *text)
{
	int64_t when;

	return timestamp_read(text, strlen(text), &when);
}

bool
page_is_mistaken(const struct page *page, const struct request *request)
{
	static const char *const times[] = {"from", "to"};

	if (strcmp(page->name, "experiment") != 0 && strcmp(page->name, "entries") != 0)
		return false;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const char *text = request_value(request, times[i]);

		if (text != NULL && !is_time(text)) {
			msg("%s: '%.100s': a time such as 2026-03-01 is expected",
			    times[i], text);
			return true;
		}
	}
	return false;
}

void
page_values(const struct page *page, struct view *view)
{
	struct arena *arena = &view->request->arena;
	const char *path = page->path, *part;
	size_t n, i = 0;

	for (; (part = next_part(&path, &n)) != NULL; i++) {
		const char *name =
		    part[0] == ':' ? arena_text(arena, part + 1, n - 1) : NULL;

		const char *text;

		if (name == NULL || i >= view->request->n_segments)
			continue;
		text = view->request->segments[i];
		if (strcmp(name, "experiment") == 0)
			text = query_label_address(arena, text, strlen(text));
		view_set(view, name, text);
	}
}

bool
page_has_rows(const struct page *page)
{
	return page->file == NULL && !page->framed;
}

#define OF_EXPERIMENT "/e/:experiment"

void
page_menus(const struct page *page, struct view *view)
{
	const char *experiment = view_value(view, "experiment");
	const char *encoded =
	    experiment != NULL ? request_encode(&view->request->arena, experiment) : NULL;
	xmlNode *menu = view_add(view, NULL, "menu", NULL, 0);
	xmlNode *tabs = view_add(view, NULL, "tabs", NULL, 0);

	for (const struct page *p = pages; p->path != NULL; p++) {
		size_t n = strlen(OF_EXPERIMENT);
		bool tab = strncmp(p->path, OF_EXPERIMENT, n) == 0;
		xmlNode *row;
		char href[600];

		if (p->menu == NULL || (tab && encoded == NULL))
			continue;
		if (tab)
			snprintf(href, sizeof(href), "/e/%s%s", encoded, p->path + n);
		else
			snprintf(href, sizeof(href), "%s", p->path);
		row = view_add(view, tab ? tabs : menu, "row", NULL, 0);
		view_text(view, row, "href", href);
		view_text(view, row, "name", p->menu);
		if (p == page)
			view_text(view, row, "current", "1");
	}
}
