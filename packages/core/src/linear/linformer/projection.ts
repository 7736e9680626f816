import { ArgumentError, ShapeError, UnsupportedError } from "../../errors/errors.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { seededRandom } from "../../random/random.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { LinearProblem } from "../check.ts";
import { checkSoftmaxProblem } from "../check-softmax.ts";
import { segmentMeanMatrix } from "../segments.ts";

/** The matrices E of keys and F of values, [k, m], that shorten m positions to k; shared by all heads. */
export type LinformerProjection =
  /** Trained ones; F is E when absent (key-value sharing). */
  | { readonly kind: "given"; readonly key: Tensor; readonly value?: Tensor }
  /** E = F with independent normal elements of variance 1/k (Wang et al. 2020, theorem 2). */
  | { readonly kind: "random"; readonly rank: number; readonly seed: number }
  /** E = F that takes the mean of k nearly equal segments (Wang et al. 2020, section 4, pooling). */
  | { readonly kind: "mean"; readonly rank: number };

export interface DrawnProjection {
  readonly rank: number;
  /** [k, m] */
  readonly key: Float64Array;
  /** [k, m] */
  readonly value: Float64Array;
}

/** @throws ShapeError, ArgumentError, UnsupportedError: see `referenceLinformerAttention` */
export function checkLinformer(problem: AttentionProblem): LinearProblem["sizes"] {
  const { sizes, reach } = checkSoftmaxProblem(problem, "Linformer attention");
  const whole = reach.every(
    ({ keys, queries, offset }) => keys === sizes.m && queries === sizes.n && offset === Number.POSITIVE_INFINITY,
  );
  if (!whole) throw new UnsupportedError("mask: a projected key mixes positions, so Linformer attention takes no mask");
  return sizes;
}

/** @throws ShapeError, ArgumentError when the projection does not fit m keys */
export function drawProjection(projection: LinformerProjection, m: number): DrawnProjection {
  if (projection.kind === "given") {
    const rank = projection.key.shape[0] ?? 0;
    needShape("projection.key", projection.key, rank, m);
    const key = toFloat64(projection.key);
    if (!projection.value) return { rank, key, value: key };
    needShape("projection.value", projection.value, rank, m);
    return { rank, key, value: toFloat64(projection.value) };
  }
  const { rank } = projection;
  const known = drawn.get(projection)?.get(m);
  if (known) return known;
  if (!Number.isSafeInteger(rank) || rank < 1 || rank > m) {
    throw new ArgumentError(`projection.rank: ${rank} needs to be an integer from 1 to m = ${m}`);
  }
  const matrix = projection.kind === "random" ? randomMatrix(projection, m) : segmentMeanMatrix(m, rank);
  const result = { rank, key: matrix, value: matrix };
  drawn.set(projection, (drawn.get(projection) ?? new Map<number, DrawnProjection>()).set(m, result));
  return result;
}

/** Drawn once for a projection object and number of keys, for k·m draws cost as much as an attention. */
const drawn = new WeakMap<LinformerProjection, Map<number, DrawnProjection>>();

/** E or F of a projection as a tensor [k, m], to look at or to train on. */
export function linformerProjection(
  projection: LinformerProjection,
  m: number,
  of: "key" | "value",
): Tensor<"float64"> {
  const result = drawProjection(projection, m);
  return tensor([result.rank, m], result[of].slice());
}

function randomMatrix({ rank, seed }: { readonly rank: number; readonly seed: number }, m: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: rank * m }, () => random.normal() / Math.sqrt(rank));
}

function needShape(name: string, { shape }: Tensor, rank: number, m: number): void {
  if (shape.length === 2 && shape[0] === rank && rank > 0 && shape[1] === m) return;
  throw new ShapeError(`${name}: shape [${shape.join(", ")}] does not fit: needs [k, m] = [${rank || "k > 0"}, ${m}]`);
}
