import { type AttentionProblem, toFloat64 } from "@xattn/core";
import { outputOf } from "../../perturb/worst-case.ts";
import { walkableDimensions, walkCorners } from "./corner-walk.ts";
import { type RowWeights, rowWeightsOf } from "./row-weights.ts";

/**
 * The largest ‖out′ − out‖₂ over all corners of the box of this radius around the queries: every query moves its own
 * row alone, so that the 2^d corners of each are visited one query at a time. Float64.
 *
 * Of linear attention with elu+1 it is the maximum over the whole box: features grow with their coordinate, the set of
 * features that the box becomes is a box, and on it a row is a linear-fractional function, whose distance from a point
 * is quasi-convex (Boyd and Vandenberghe 2004) and largest in a corner. Of the others it is the worst
 * corner; the inside of the box is not proved to be harmless.
 *
 * @returns nothing for variants that it does not know (FAVOR+), and for d above 16
 */
export function worstCornerOfQueries(problem: AttentionProblem, radius: number): number | undefined {
  const [batch, heads, n, d] = problem.query.shape as [number, number, number, number];
  const [m, width] = [problem.key.shape[2]!, problem.value.shape[3]!];
  const variant = problem.variant ?? { kind: "standard" };
  const elu = variant.kind === "linear" && (variant.featureMap?.kind ?? "elu+1") === "elu+1";
  const rowWeights = rowWeightsOf(variant);
  if (d > walkableDimensions || !(elu || rowWeights)) return undefined;
  const [query, key, value] = [toFloat64(problem.query), toFloat64(problem.key), toFloat64(problem.value)];
  const clean = outputOf(problem).data;
  let total = 0;
  for (let row = 0; row < batch * heads * n; row += 1) {
    const head = Math.floor(row / n);
    const box: RowBox = {
      query: query.subarray(row * d, row * d + d),
      radius,
      keys: key.subarray(head * m * d, (head + 1) * m * d),
      values: value.subarray(head * m * width, (head + 1) * m * width),
      clean: clean.subarray(row * width, row * width + width),
    };
    total += elu ? worstOfElu(box) : worstOfLogits(box, rowWeights!);
  }
  return Math.sqrt(total);
}

interface RowBox {
  readonly query: Float64Array;
  readonly radius: number;
  /** m × d */
  readonly keys: Float64Array;
  /** m × e */
  readonly values: Float64Array;
  /** The row of the output that is departed from, e. */
  readonly clean: Float64Array;
}

function worstOfLogits({ query, radius, keys, values, clean }: RowBox, rowWeights: RowWeights): number {
  const [d, width] = [query.length, clean.length];
  const m = keys.length / d;
  const scale = 1 / Math.sqrt(d);
  const turns = Float64Array.from(
    { length: d * m },
    (_, i) => 2 * radius * scale * keys[(i % m) * d + Math.floor(i / m)]!,
  );
  const logits = new Float64Array(m);
  for (let j = 0; j < m; j += 1) {
    for (let k = 0; k < d; k += 1) logits[j]! += (query[k]! - radius) * scale * keys[j * d + k]!;
  }
  const weights = new Float64Array(m);
  const moved = new Float64Array(width);
  let worst = 0;
  const look = () => {
    rowWeights(logits, weights);
    for (let e = 0; e < width; e += 1) moved[e] = -clean[e]!;
    for (let j = 0; j < m; j += 1) {
      const weight = weights[j]!;
      if (weight === 0) continue;
      for (let e = 0; e < width; e += 1) moved[e]! += weight * values[j * width + e]!;
    }
    let square = 0;
    for (let e = 0; e < width; e += 1) square += moved[e]! * moved[e]!;
    if (square > worst) worst = square;
  };
  look();
  walkCorners(d, (k, sign) => {
    for (let j = 0; j < m; j += 1) logits[j]! += sign * turns[k * m + j]!;
    look();
  });
  return worst;
}

/** Σₖ φ(qₖ)·Σⱼ φ(kⱼₖ)·(vⱼ − out) over Σₖ φ(qₖ)·Σⱼ φ(kⱼₖ), both of which a turn changes by one term. */
function worstOfElu({ query, radius, keys, values, clean }: RowBox): number {
  const [d, width] = [query.length, clean.length];
  const m = keys.length / d;
  const sums = new Float64Array(d);
  const parts = new Float64Array(d * width);
  for (let j = 0; j < m; j += 1) {
    for (let k = 0; k < d; k += 1) {
      const feature = elu(keys[j * d + k]!);
      sums[k]! += feature;
      for (let e = 0; e < width; e += 1) parts[k * width + e]! += feature * (values[j * width + e]! - clean[e]!);
    }
  }
  const turns = query.map((q) => elu(q + radius) - elu(q - radius));
  const moved = new Float64Array(width);
  let divisor = 0;
  const add = (k: number, by: number) => {
    divisor += by * sums[k]!;
    for (let e = 0; e < width; e += 1) moved[e]! += by * parts[k * width + e]!;
  };
  for (let k = 0; k < d; k += 1) add(k, elu(query[k]! - radius));
  let worst = 0;
  const look = () => {
    let square = 0;
    for (let e = 0; e < width; e += 1) square += moved[e]! * moved[e]!;
    square /= divisor * divisor;
    if (square > worst) worst = square;
  };
  look();
  walkCorners(d, (k, sign) => {
    add(k, sign * turns[k]!);
    look();
  });
  return worst;
}

function elu(x: number): number {
  return x > 0 ? x + 1 : Math.exp(x);
}
