/*
 * A directed graph drawn in layers, from left to right: nodes of a layer are ordered so
 * that few edges cross (by the mean of their neighbours; Sugiyama, Tagawa and Toda 1981,
 * "Methods for visual understanding of hierarchical system structures"), and then moved
 * as near to their neighbours as their heights allow (isotonic regression by pooling
 * adjacent violators).
 */
#ifndef LAYERS_H
#define LAYERS_H

#include <stdbool.h>
#include <stddef.h>

struct layers_node {
	int layer;
	double height;
	double y; /* its middle; layers_place() says it, from 0 at the top */
	/* The rest is layers_place()'s. */
	double at;
	size_t order;
};

struct layers_edge {
	size_t from, to; /* nodes */
	/* Where it passes the layers between: the first such node, those of the other
	   layers stand behind it, and how many there are. */
	size_t bends, n_bends;
};

struct layers {
	struct layers_node *nodes; /* those of the graph, then the bends of its edges */
	size_t n, n_all;
	struct layers_edge *edges;
	size_t n_edges;
};

/* Memory for n nodes and m edges, all 0.  0, or -1 without memory; then too
   layers_close() must be called. */
int layers_open(struct layers *layers, size_t n, size_t m);
void layers_close(struct layers *layers);

/*
 * Give each node its layer: that of the origin is 0, a node from which a way leads there
 * is as many before it as the longest has edges, one to which a way leads from there as
 * many behind it.  A circle is cut open.  Nodes that neither is true of stay at 0.
 */
int layers_rank(struct layers *layers, size_t origin);

/* Give each node its y, gap pixels or more between two of a layer.  The height of all, or
   -1 without memory. */
double layers_place(struct layers *layers, double gap);

#endif
