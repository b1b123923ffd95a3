#include "web/layers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SWEEPS 12	  /* more change little */
#define BEND_HEIGHT 8.0	  /* pixels that an edge takes where it passes a layer */
#define BEND_WEIGHT 4.0	  /* how much an edge would rather be straight */
#define BENDS_MAX 20000UL /* of all edges: a picture of more shows nothing */

int
layers_open(struct layers *layers, size_t n, size_t m)
{
	*layers = (struct layers){.n = n, .n_all = n, .n_edges = m};
	layers->nodes = calloc(n + 1, sizeof(*layers->nodes));
	layers->edges = calloc(m + 1, sizeof(*layers->edges));
	return layers->nodes != NULL && layers->edges != NULL ? 0 : -1;
}

void
layers_close(struct layers *layers)
{
	free(layers->nodes);
	free(layers->edges);
}

/* ---- Layers ----------------------------------------------------------------- */

/* The edges of each node, one way: those of node i are edges[first[i]] to
   edges[first[i + 1] - 1]. */
struct index {
	size_t *first, *edges;
};

static void
index_free(struct index *index)
{
	free(index->first);
	free(index->edges);
}

static int
index_make(struct index *index, const struct layers *l, bool out)
{
	index->first = calloc(l->n_all + 2, sizeof(*index->first));
	index->edges = calloc(l->n_edges + 1, sizeof(*index->edges));
	if (index->first == NULL || index->edges == NULL) {
		index_free(index);
		return -1;
	}
	for (size_t i = 0; i < l->n_edges; i++)
		index->first[(out ? l->edges[i].from : l->edges[i].to) + 2]++;
	for (size_t i = 2; i < l->n_all + 2; i++)
		index->first[i] += index->first[i - 1];
	for (size_t i = 0; i < l->n_edges; i++)
		index->edges[index->first[(out ? l->edges[i].from : l->edges[i].to) +
					  1]++] = i;
	return 0;
}

enum { UNKNOWN = -1, NOWHERE = -2, ON_THE_WAY = -3 };

/* A node that is looked at: how far it is, by the edges that were tried. */
struct visit {
	size_t node, edge;
	int far;
};

/* How many edges the longest way from a node to the origin has (out), or from the origin
   to it; NOWHERE: there is none.  A stack of our own: chains can be long. */
static void
distance(const struct layers *l, const struct index *index, bool out, int *far,
    struct visit *stack, size_t node)
{
	size_t depth = 1;

	if (far[node] != UNKNOWN)
		return;
	stack[0] = (struct visit){node, index->first[node], NOWHERE};
	far[node] = ON_THE_WAY;
	while (depth > 0) {
		struct visit *top = &stack[depth - 1];
		const struct layers_edge *edge;
		size_t next;

		if (top->edge == index->first[top->node + 1]) {
			far[top->node] = top->far;
			depth--;
			continue;
		}
		edge = &l->edges[index->edges[top->edge]];
		next = out ? edge->to : edge->from;
		if (far[next] == UNKNOWN) {
			far[next] = ON_THE_WAY;
			stack[depth++] =
			    (struct visit){next, index->first[next], NOWHERE};
			continue;
		}
		if (far[next] >= 0 && far[next] + 1 > top->far)
			top->far = far[next] + 1;
		top->edge++;
	}
}

/* Those that were left out where a circle was cut open. */
static void
catch_up(const struct layers *l, bool out, int *far)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < l->n_edges; i++) {
			size_t near = out ? l->edges[i].to : l->edges[i].from;
			size_t node = out ? l->edges[i].from : l->edges[i].to;

			if (far[node] < 0 && far[near] >= 0) {
				far[node] = far[near] + 1;
				more = true;
			}
		}
	}
}

static int
rank_one_way(struct layers *l, size_t origin, bool out)
{
	struct index index;
	int *far = calloc(l->n + 1, sizeof(*far));
	struct visit *stack = calloc(l->n + 1, sizeof(*stack));
	int result = -1;

	if (far != NULL && stack != NULL && index_make(&index, l, out) == 0) {
		for (size_t i = 0; i < l->n; i++)
			far[i] = i == origin ? 0 : UNKNOWN;
		for (size_t i = 0; i < l->n; i++)
			distance(l, &index, out, far, stack, i);
		catch_up(l, out, far);
		for (size_t i = 0; i < l->n; i++)
			if (far[i] > 0 && l->nodes[i].layer == 0)
				l->nodes[i].layer = out ? -far[i] : far[i];
		index_free(&index);
		result = 0;
	}
	free(far);
	free(stack);
	return result;
}

int
layers_rank(struct layers *layers, size_t origin)
{
	return rank_one_way(layers, origin, true) != 0
		   ? -1
		   : rank_one_way(layers, origin, false);
}

/* ---- Edges that pass layers -------------------------------------------------- */

static int
add_bends(struct layers *l)
{
	struct layers_node *nodes;
	size_t n = 0;

	for (size_t i = 0; i < l->n_edges; i++) {
		int passed =
		    l->nodes[l->edges[i].to].layer - l->nodes[l->edges[i].from].layer - 1;

		l->edges[i].bends = l->n + n;
		l->edges[i].n_bends =
		    passed > 0 && n + (size_t)passed <= BENDS_MAX ? (size_t)passed : 0;
		n += l->edges[i].n_bends;
	}
	nodes = realloc(l->nodes, (l->n + n + 1) * sizeof(*nodes));
	if (nodes == NULL)
		return -1;
	l->nodes = nodes;
	l->n_all = l->n + n;
	for (size_t i = 0; i < l->n_edges; i++)
		for (size_t k = 0; k < l->edges[i].n_bends; k++)
			nodes[l->edges[i].bends + k] = (struct layers_node){
			    .layer = nodes[l->edges[i].from].layer + 1 + (int)k,
			    .height = BEND_HEIGHT};
	return 0;
}

/* ---- Order and places --------------------------------------------------------- */

/* The nodes by layers, each in its order; and for each the mean of its neighbours. */
struct plan {
	struct layers *layers;
	size_t *nodes;	/* by layer */
	size_t *starts; /* of layers in it, and its end */
	size_t n_layers;
	/* From a layer to the next, edges and parts of edges: hops[hops_from[layer]] on.
	 */
	struct hop {
		size_t left, right;
	} * hops;
	size_t *hops_from;
	double *sums;
	size_t *counts;
	double *means, *weights; /* of pools */
	size_t *sizes;
};

static void
note(struct plan *p, size_t node, size_t neighbour)
{
	p->sums[node] += p->layers->nodes[neighbour].at;
	p->counts[node]++;
}

/* Add up where the neighbours of the nodes of a layer are. */
static void
ask_neighbours(struct plan *p, size_t layer, bool on_the_left, bool on_the_right)
{
	for (size_t i = p->starts[layer]; i < p->starts[layer + 1]; i++) {
		p->sums[p->nodes[i]] = 0;
		p->counts[p->nodes[i]] = 0;
	}
	if (on_the_left && layer > 0)
		for (size_t i = p->hops_from[layer - 1]; i < p->hops_from[layer]; i++)
			note(p, p->hops[i].right, p->hops[i].left);
	if (on_the_right)
		for (size_t i = p->hops_from[layer]; i < p->hops_from[layer + 1]; i++)
			note(p, p->hops[i].left, p->hops[i].right);
}

static double
wish(const struct plan *p, size_t node)
{
	return p->counts[node] > 0 ? p->sums[node] / (double)p->counts[node]
				   : p->layers->nodes[node].at;
}

/* Sort a layer by what its nodes wish: few are out of order. */
static void
sort_layer(struct plan *p, size_t layer)
{
	struct layers_node *nodes = p->layers->nodes;
	size_t *first = p->nodes + p->starts[layer];
	size_t n = p->starts[layer + 1] - p->starts[layer];

	for (size_t i = 1; i < n; i++) {
		size_t node = first[i], k = i;
		double at = wish(p, node);

		for (; k > 0 && wish(p, first[k - 1]) > at; k--)
			first[k] = first[k - 1];
		first[k] = node;
	}
	for (size_t i = 0; i < n; i++) {
		nodes[first[i]].order = i;
		nodes[first[i]].at = (double)i - (double)(n - 1) / 2;
	}
}

/* How far the middles of two that are beside each other must be. */
static double
apart(const struct layers_node *a, const struct layers_node *b, double gap)
{
	return (a->height + b->height) / 2 + gap;
}

/* Give the nodes of a layer the places in their order that are nearest to what they
   wish. */
static void
place_layer(struct plan *p, size_t layer, double gap)
{
	struct layers_node *nodes = p->layers->nodes;
	const size_t *first = p->nodes + p->starts[layer];
	size_t n = p->starts[layer + 1] - p->starts[layer], pools = 0, k = 0;
	double offset = 0;

	for (size_t i = 0; i < n; i++) {
		offset += i > 0 ? apart(&nodes[first[i - 1]], &nodes[first[i]], gap) : 0;
		p->means[pools] = wish(p, first[i]) - offset;
		p->weights[pools] = first[i] >= p->layers->n ? BEND_WEIGHT : 1;
		p->sizes[pools++] = 1;
		for (; pools > 1 && p->means[pools - 2] > p->means[pools - 1]; pools--) {
			double weight = p->weights[pools - 2] + p->weights[pools - 1];

			p->means[pools - 2] =
			    (p->means[pools - 2] * p->weights[pools - 2] +
				p->means[pools - 1] * p->weights[pools - 1]) /
			    weight;
			p->weights[pools - 2] = weight;
			p->sizes[pools - 2] += p->sizes[pools - 1];
		}
	}
	offset = 0;
	for (size_t pool = 0; pool < pools; pool++)
		for (size_t i = 0; i < p->sizes[pool]; i++, k++) {
			offset += k > 0
				      ? apart(&nodes[first[k - 1]], &nodes[first[k]], gap)
				      : 0;
			nodes[first[k]].at = p->means[pool] + offset;
		}
}

static void
sweep(struct plan *p, int round)
{
	bool rightward = round % 2 == 0;

	for (size_t i = 0; i < p->n_layers; i++) {
		size_t layer = rightward ? i : p->n_layers - 1 - i;

		ask_neighbours(p, layer, rightward, !rightward);
		sort_layer(p, layer);
	}
}

static void
move(struct plan *p, int round, double gap)
{
	bool rightward = round % 2 == 0, last = round >= SWEEPS - 2;

	for (size_t i = 0; i < p->n_layers; i++) {
		size_t layer = rightward ? i : p->n_layers - 1 - i;

		ask_neighbours(p, layer, rightward || last, !rightward || last);
		place_layer(p, layer, gap);
	}
}

/* Count the hops of each layer, or note them where there is memory for them. */
static void
take_hops(struct plan *p, int least)
{
	const struct layers *l = p->layers;

	for (size_t i = 0; i < l->n_edges; i++) {
		const struct layers_edge *edge = &l->edges[i];
		size_t left = edge->from, right;
		int passed = l->nodes[edge->to].layer - l->nodes[left].layer - 1;

		if (passed < 0 || (size_t)passed != edge->n_bends)
			continue;
		for (size_t k = 0; k <= edge->n_bends; k++, left = right) {
			size_t layer = (size_t)(l->nodes[left].layer - least);

			right = k < edge->n_bends ? edge->bends + k : edge->to;
			if (p->hops != NULL)
				p->hops[p->hops_from[layer + 1]++] =
				    (struct hop){left, right};
			else
				p->hops_from[layer + 2]++;
		}
	}
}

static int
add_hops(struct plan *p, int least)
{
	p->hops_from = calloc(p->n_layers + 2, sizeof(*p->hops_from));
	if (p->hops_from == NULL)
		return -1;
	take_hops(p, least);
	for (size_t i = 2; i < p->n_layers + 2; i++)
		p->hops_from[i] += p->hops_from[i - 1];
	p->hops = calloc(p->hops_from[p->n_layers + 1] + 1, sizeof(*p->hops));
	if (p->hops == NULL)
		return -1;
	take_hops(p, least);
	return 0;
}

static int
plan_open(struct plan *p, struct layers *l)
{
	size_t n = l->n_all + 1, at = 0;
	int least = 0, most = 0;

	for (size_t i = 0; i < l->n; i++) {
		least = l->nodes[i].layer < least ? l->nodes[i].layer : least;
		most = l->nodes[i].layer > most ? l->nodes[i].layer : most;
	}
	*p = (struct plan){.layers = l, .n_layers = (size_t)(most - least) + 1};
	p->nodes = calloc(n, sizeof(*p->nodes));
	p->starts = calloc(p->n_layers + 1, sizeof(*p->starts));
	p->sums = calloc(n, sizeof(*p->sums));
	p->counts = calloc(n, sizeof(*p->counts));
	p->means = calloc(n, sizeof(*p->means));
	p->weights = calloc(n, sizeof(*p->weights));
	p->sizes = calloc(n, sizeof(*p->sizes));
	if (p->nodes == NULL || p->starts == NULL || p->sums == NULL ||
	    p->counts == NULL || p->means == NULL || p->weights == NULL ||
	    p->sizes == NULL)
		return -1;
	for (size_t layer = 0; layer < p->n_layers; layer++) {
		p->starts[layer] = at;
		for (size_t i = 0; i < l->n_all; i++)
			if (l->nodes[i].layer == least + (int)layer) {
				l->nodes[i].at = (double)(at - p->starts[layer]);
				p->nodes[at++] = i;
			}
	}
	p->starts[p->n_layers] = at;
	return add_hops(p, least);
}

static void
plan_close(struct plan *p)
{
	free(p->nodes);
	free(p->starts);
	free(p->hops);
	free(p->hops_from);
	free(p->sums);
	free(p->counts);
	free(p->means);
	free(p->weights);
	free(p->sizes);
}

/* Begin at 0.  The height of all. */
static double
settle(struct layers *l)
{
	double top = INFINITY, bottom = -INFINITY;

	for (size_t i = 0; i < l->n_all; i++) {
		const struct layers_node *node = &l->nodes[i];

		top = fmin(top, node->at - node->height / 2);
		bottom = fmax(bottom, node->at + node->height / 2);
	}
	for (size_t i = 0; i < l->n_all; i++)
		l->nodes[i].y = l->nodes[i].at - top;
	return l->n_all > 0 ? bottom - top : 0;
}

double
layers_place(struct layers *layers, double gap)
{
	struct plan plan;
	double height = -1;

	if (add_bends(layers) != 0)
		return -1;
	if (plan_open(&plan, layers) == 0) {
		for (int round = 0; round < SWEEPS; round++)
			sweep(&plan, round);
		for (int round = 0; round < SWEEPS; round++)
			move(&plan, round, gap);
		height = settle(layers);
	}
	plan_close(&plan);
	return height;
}
