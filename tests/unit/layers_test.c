/* A graph in layers. */
#include "unit.h"

#include "web/layers.h"

static void
open_with(struct layers *l, size_t n, const size_t (*edges)[2], size_t m)
{
	assert_int_equal(layers_open(l, n, m), 0);
	for (size_t i = 0; i < n; i++)
		l->nodes[i].height = 20;
	for (size_t i = 0; i < m; i++)
		l->edges[i] =
		    (struct layers_edge){.from = edges[i][0], .to = edges[i][1]};
}

/* The longest way counts, on both sides of where it begins. */
static void
longest(void **state)
{
	static const size_t edges[][2] = {{0, 1}, {1, 2}, {0, 2}, {2, 3}, {3, 4}, {2, 4}};
	static const int layers[] = {-2, -1, 0, 1, 2};
	struct layers l;

	(void)state;
	open_with(&l, 5, edges, 6);
	assert_int_equal(layers_rank(&l, 2), 0);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(l.nodes[i].layer, layers[i]);
	/* 0 to 2, and 2 to 4, pass a layer. */
	assert_true(layers_place(&l, 10) > 0);
	assert_int_equal(l.n_all, 7);
	assert_int_equal(l.edges[2].n_bends, 1);
	assert_int_equal(l.edges[0].n_bends, 0);
	layers_close(&l);
}

/* A circle is cut open, and what it has is in its layer all the same. */
static void
circle(void **state)
{
	static const size_t edges[][2] = {{0, 1}, {1, 2}, {2, 1}, {2, 3}};
	struct layers l;

	(void)state;
	open_with(&l, 4, edges, 4);
	assert_int_equal(layers_rank(&l, 0), 0);
	assert_int_equal(l.nodes[1].layer, 1);
	assert_int_equal(l.nodes[2].layer, 2);
	assert_int_equal(l.nodes[3].layer, 3);
	assert_true(layers_place(&l, 10) >= 20);
	layers_close(&l);
	open_with(&l, 4, edges, 4);
	assert_int_equal(layers_rank(&l, 3), 0);
	assert_int_equal(l.nodes[0].layer, -3);
	layers_close(&l);
}

/* Two lines that would cross are untangled; none covers another. */
static void
untangled(void **state)
{
	static const size_t edges[][2] = {{0, 1}, {0, 2}, {1, 4}, {2, 3}, {3, 5}, {4, 6}};
	struct layers l;
	double height;

	(void)state;
	open_with(&l, 7, edges, 6);
	assert_int_equal(layers_rank(&l, 0), 0);
	height = layers_place(&l, 10);
	assert_true((l.nodes[1].y < l.nodes[2].y) == (l.nodes[4].y < l.nodes[3].y));
	assert_true((l.nodes[1].y < l.nodes[2].y) == (l.nodes[6].y < l.nodes[5].y));
	for (size_t i = 0; i < 7; i++)
		for (size_t k = 0; k < i; k++)
			if (l.nodes[i].layer == l.nodes[k].layer)
				assert_true(l.nodes[i].y - l.nodes[k].y > 29.99 ||
					    l.nodes[k].y - l.nodes[i].y > 29.99);
	for (size_t i = 0; i < 7; i++)
		assert_true(l.nodes[i].y >= 9.99 && l.nodes[i].y <= height - 9.99);
	layers_close(&l);
}

/* A long chain each of whose links reads what was first. */
static void
chain(void **state)
{
	enum { N = 200 };
	size_t edges[2 * N][2], m = 0;
	struct layers l;

	(void)state;
	for (size_t i = 1; i < N; i++) {
		edges[m][0] = i - 1;
		edges[m++][1] = i;
		if (i > 1) {
			edges[m][0] = 0;
			edges[m++][1] = i;
		}
	}
	open_with(&l, N, (const size_t(*)[2])edges, m);
	assert_int_equal(layers_rank(&l, N - 1), 0);
	assert_int_equal(l.nodes[0].layer, 1 - N);
	assert_true(layers_place(&l, 10) > 0);
	layers_close(&l);
}

static void
nothing(void **state)
{
	struct layers l;

	(void)state;
	assert_int_equal(layers_open(&l, 1, 0), 0);
	l.nodes[0].height = 20;
	assert_int_equal(layers_rank(&l, 0), 0);
	assert_true(layers_place(&l, 10) == 20);
	layers_close(&l);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(longest),
	    cmocka_unit_test(circle), cmocka_unit_test(untangled),
	    cmocka_unit_test(chain), cmocka_unit_test(nothing)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
