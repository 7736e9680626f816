import { seededRandom } from "@xattn/core";
import { describe, expect, test } from "vitest";
import type { AttentionMap } from "../explained/explained.ts";
import { largestGap, permutations, randomDistribution } from "../testing/models.ts";
import { attentionFlow } from "./flow.ts";
import { layerMatrix } from "./layers.ts";
import { type Edge, maximumFlow } from "./max-flow.ts";
import { attentionRollout } from "./rollout.ts";

type Layers = readonly [AttentionMap, ...AttentionMap[]];

function randomLayers(count: number, n: number, heads: number, seed: number): Layers {
  const random = seededRandom(seed);
  const layer = (): AttentionMap => ({
    heads,
    queries: n,
    items: n,
    weights: Float64Array.from(Array.from({ length: heads * n }, () => [...randomDistribution(n, random)]).flat()),
  });
  return [layer(), ...Array.from({ length: count - 1 }, layer)];
}

/** The least capacity of any set of edges that parts source and sink, by trying every set of nodes. */
function smallestCut(nodes: number, edges: readonly Edge[], source: number, sink: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 2 ** nodes; set += 1) {
    const inside = (node: number) => ((set >> node) & 1) === 1;
    if (!inside(source) || inside(sink)) continue;
    const cut = edges.reduce((sum, { from, to, capacity }) => sum + (inside(from) && !inside(to) ? capacity : 0), 0);
    least = Math.min(least, cut);
  }
  return least;
}

describe("maximumFlow", () => {
  test("flow on the shortest way is taken back where it is in the way of more", () => {
    const edge = (from: number, to: number) => ({ from, to, capacity: 1 });
    // The shortest way, 0-1-2-7, takes the only ways into 7 and out of 1 that two longer ones need.
    const edges = [
      [0, 1],
      [1, 2],
      [2, 7],
      [0, 3],
      [3, 4],
      [4, 2],
      [1, 5],
      [5, 6],
      [6, 7],
    ].map(([a, b]) => edge(a!, b!));
    expect(maximumFlow(8, edges, 0, 7)).toBe(2);
    expect(maximumFlow(8, edges, 7, 0)).toBe(0);
    expect(maximumFlow(8, edges, 0, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  test("is the smallest cut of random networks (Ford and Fulkerson 1956)", () => {
    const random = seededRandom(17);
    for (let draw = 0; draw < 150; draw += 1) {
      const nodes = random.integer(2, 8);
      const edges = Array.from({ length: random.integer(1, 24) }, () => ({
        from: random.integer(0, nodes - 1),
        to: random.integer(0, nodes - 1),
        capacity: draw % 2 === 0 ? random.integer(0, 9) : random.uniform(),
      }));
      const flow = maximumFlow(nodes, edges, 0, nodes - 1);
      expect(Math.abs(flow - smallestCut(nodes, edges, 0, nodes - 1))).toBeLessThan(1e-12);
    }
  });
});

describe("layers", () => {
  test("heads are averaged, the residual added, rows sum to 1", () => {
    const map = { heads: 2, queries: 2, items: 2, weights: Float64Array.of(1, 0, 0, 1, 0, 1, 0.5, 0.5) };
    expect([...layerMatrix(map, 2)]).toEqual([0.75, 0.25, 0.125, 0.875]);
    expect([...layerMatrix(map, 2, { residual: 0 })]).toEqual([0.5, 0.5, 0.25, 0.75]);
  });

  test("refuses what is not self-attention of one size, and a residual that is all", () => {
    const [layer] = randomLayers(1, 3, 1, 1);
    expect(() => attentionRollout([layer, ...randomLayers(1, 2, 1, 1)])).toThrow(/one has 2 × 2 weights; needs 3 × 3/);
    expect(() => attentionFlow([{ ...layer, queries: 1, heads: 3 }])).toThrow(/one has 1 × 3 weights; needs 1 × 1/);
    expect(() => attentionRollout([layer], { residual: 1 })).toThrow(/residual: 1 is not in \[0, 1\)/);
  });
});

describe("rollout", () => {
  test("sums the products of weights over all ways through the layers", () => {
    const layers = randomLayers(3, 4, 2, 5);
    const matrices = layers.map((layer) => layerMatrix(layer, 4));
    const expected = new Float64Array(16);
    for (let way = 0; way < 4 ** 4; way += 1) {
      const [top, second, first, input] = [0, 1, 2, 3].map((at) => Math.floor(way / 4 ** at) % 4) as [
        number,
        number,
        number,
        number,
      ];
      expected[top * 4 + input]! +=
        matrices[2]![top * 4 + second]! * matrices[1]![second * 4 + first]! * matrices[0]![first * 4 + input]!;
    }
    expect(largestGap(attentionRollout(layers), expected)).toBeLessThan(1e-12);
  });

  test("one layer is itself", () => {
    const layers = randomLayers(1, 3, 2, 6);
    expect(attentionRollout(layers)).toEqual(layerMatrix(layers[0], 3));
  });
});

describe("flow", () => {
  test("is the smallest cut between every output and input", () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const layers = randomLayers(2, 3, 2, seed);
      const edges = layers.flatMap((layer, depth) =>
        Array.from(layerMatrix(layer, 3), (capacity, index) => ({
          from: (depth + 1) * 3 + Math.floor(index / 3),
          to: depth * 3 + (index % 3),
          capacity,
        })),
      );
      const cuts = Array.from({ length: 9 }, (_, at) => smallestCut(9, edges, 6 + Math.floor(at / 3), at % 3));
      expect(largestGap(attentionFlow(layers), cuts)).toBeLessThan(1e-12);
    }
  });

  test("one layer is itself; more is never less than rollout, nor more than 1", () => {
    const one = randomLayers(1, 4, 2, 8);
    expect(largestGap(attentionFlow(one), layerMatrix(one[0], 4))).toBeLessThan(1e-12);
    const layers = randomLayers(3, 4, 2, 9);
    const [flow, rollout] = [attentionFlow(layers), attentionRollout(layers)];
    flow.forEach((value, at) => {
      // Rollout sends at most as much over every edge as that can carry, since no row passes on more than 1.
      expect(value).toBeGreaterThanOrEqual(rollout[at]! - 1e-12);
      expect(value).toBeLessThanOrEqual(1 + 1e-12);
    });
  });
});

test("positions in another order: rollout and flow in that order", () => {
  const layers = randomLayers(2, 3, 2, 11);
  for (const order of permutations(3)) {
    const reordered = (matrix: Float64Array) =>
      matrix.map((_, at) => {
        const [block, row, column] = [Math.floor(at / 9), Math.floor((at % 9) / 3), at % 3];
        return matrix[block * 9 + order[row]! * 3 + order[column]!]!;
      });
    const turned = layers.map((layer) => ({ ...layer, weights: reordered(layer.weights) })) as unknown as Layers;
    expect(largestGap(attentionRollout(turned), reordered(attentionRollout(layers)))).toBeLessThan(1e-12);
    expect(largestGap(attentionFlow(turned), reordered(attentionFlow(layers)))).toBeLessThan(1e-12);
  }
});
