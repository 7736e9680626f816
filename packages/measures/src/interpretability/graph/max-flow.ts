/** A directed edge that carries at most its capacity, a number of at least 0. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly capacity: number;
}

/**
 * The most that can flow from one node to another, in O(V²·E) whatever the capacities: shortest augmenting paths, all
 * of one length at a time (Dinic 1970).
 *
 * @param nodes their number; edges run between 0 and nodes − 1
 */
export function maximumFlow(nodes: number, edges: readonly Edge[], source: number, sink: number): number {
  if (source === sink) return Number.POSITIVE_INFINITY;
  const network = residualNetwork(nodes, edges);
  let flow = 0;
  for (;;) {
    const levels = levelsFrom(network, nodes, source);
    if (levels[sink] === unreached) return flow;
    const next = new Int32Array(nodes);
    for (;;) {
      const more = augment(network, levels, next, source, sink, Number.POSITIVE_INFINITY);
      if (more === 0) break;
      flow += more;
    }
  }
}

const unreached = -1;

/** Edge 2k is the k-th edge and 2k + 1 its reverse, by which flow is taken back. */
interface Network {
  readonly outgoing: readonly (readonly number[])[];
  readonly to: Int32Array;
  readonly left: Float64Array;
}

function residualNetwork(nodes: number, edges: readonly Edge[]): Network {
  const outgoing = Array.from({ length: nodes }, (): number[] => []);
  const to = new Int32Array(2 * edges.length);
  const left = new Float64Array(2 * edges.length);
  edges.forEach((edge, index) => {
    outgoing[edge.from]!.push(2 * index);
    outgoing[edge.to]!.push(2 * index + 1);
    to[2 * index] = edge.to;
    to[2 * index + 1] = edge.from;
    left[2 * index] = edge.capacity;
  });
  return { outgoing, to, left };
}

/** The number of edges on the shortest way from the source to each node. */
function levelsFrom({ outgoing, to, left }: Network, nodes: number, source: number): Int32Array {
  const levels = new Int32Array(nodes).fill(unreached);
  levels[source] = 0;
  const queue = [source];
  for (const node of queue) {
    for (const edge of outgoing[node]!) {
      if (left[edge]! > 0 && levels[to[edge]!] === unreached) {
        levels[to[edge]!] = levels[node]! + 1;
        queue.push(to[edge]!);
      }
    }
  }
  return levels;
}

/** Pushes at most `limit` along one shortest path; `next` remembers the edges of each node that lead nowhere. */
function augment(
  network: Network,
  levels: Int32Array,
  next: Int32Array,
  node: number,
  sink: number,
  limit: number,
): number {
  if (node === sink) return limit;
  const edges = network.outgoing[node]!;
  for (; next[node]! < edges.length; next[node]! += 1) {
    const edge = edges[next[node]!]!;
    const ahead = network.to[edge]!;
    if (network.left[edge] === 0 || levels[ahead] !== levels[node]! + 1) continue;
    const pushed = augment(network, levels, next, ahead, sink, Math.min(limit, network.left[edge]!));
    if (pushed > 0) {
      network.left[edge]! -= pushed;
      network.left[edge ^ 1]! += pushed;
      return pushed;
    }
  }
  return 0;
}
