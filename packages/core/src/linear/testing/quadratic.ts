import { evaluateMask } from "@xattn/masking";
import type { AttentionProblem } from "../../problem/problem.ts";
import type { FeatureMap } from "../../problem/variant.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { projection } from "../features/favor/projection.ts";

/**
 * Linear attention by its definition, slow and obvious: the kernel κ(q, k) of every pair, zero where the mask forbids
 * it, rows divided by their sums, times the values. Works out all from scalars, without a feature vector for elu+1 and
 * relu, and without any of the guards against overflow for FAVOR+.
 *
 * @returns outputs [b, h, n, e], and for each element how much a rounding of the weights can move it at most
 */
export function quadraticLinearAttention(
  problem: AttentionProblem,
  featureMap: FeatureMap,
): { readonly output: number[]; readonly amplification: number[] } {
  const [batch, heads, n, d] = problem.query.shape as [number, number, number, number];
  const keyHeads = problem.key.shape[1]!;
  const past = problem.past?.key.shape[2] ?? 0;
  const m = past + problem.key.shape[2]!;
  const e = problem.value.shape[3]!;
  const read = (source: Tensor) => {
    const data = toFloat64(source);
    const [, h, rows, width] = source.shape as [number, number, number, number];
    return (b: number, head: number, row: number) =>
      Array.from({ length: width }, (_, column) => data[((b * h + head) * rows + row) * width + column]!);
  };
  const query = read(problem.query);
  const joined = (before: Tensor | undefined, recent: Tensor) => (b: number, head: number, row: number) =>
    row < past ? read(before!)(b, head, row) : read(recent)(b, head, row - past);
  const key = joined(problem.past?.key, problem.key);
  const value = joined(problem.past?.value, problem.value);
  const kappa = kernelOf(featureMap, problem.scale ?? 1 / Math.sqrt(d), d);
  const output: number[] = [];
  const amplification: number[] = [];
  for (let b = 0; b < batch; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      const g = Math.floor((h * keyHeads) / heads);
      for (let i = 0; i < n; i += 1) {
        const allowed = Array.from({ length: m }, (_, j) => j).filter((j) =>
          evaluateMask(
            problem.mask ?? { kind: "all" },
            { batch: b, head: h, query: i, key: j },
            { batch, heads, queries: n, keys: m },
          ),
        );
        const pairs = allowed.map((j) => kappa(query(b, h, i), key(b, g, j)));
        const sum = pairs.reduce((left, pair) => left + pair.value, 0);
        const magnitude = pairs.reduce((left, pair) => left + pair.magnitude, 0);
        for (let column = 0; column < e; column += 1) {
          const values = allowed.map((j) => value(b, g, j)[column]!);
          const total = values.reduce((left, v, index) => left + pairs[index]!.value * v, 0);
          const largest = values.reduce((left, v) => Math.max(left, Math.abs(v)), 0);
          output.push(sum === 0 ? 0 : total / sum);
          amplification.push(
            sum === 0 ? 0 : (largest * magnitude) / Math.abs(sum) + Math.abs(total / sum) * (magnitude / Math.abs(sum)),
          );
        }
      }
    }
  }
  return { output, amplification };
}

/** κ(q, k), and Σ|φᵢ(q)φᵢ(k)|: what its rounding errors are in proportion to. */
type Kernel = (q: readonly number[], k: readonly number[]) => { readonly value: number; readonly magnitude: number };

function kernelOf(featureMap: FeatureMap, scale: number, d: number): Kernel {
  const sum = (terms: readonly number[]) => ({
    value: terms.reduce((left, right) => left + right, 0),
    magnitude: terms.reduce((left, right) => left + Math.abs(right), 0),
  });
  const dot = (left: ArrayLike<number>, right: ArrayLike<number>) =>
    Array.from(left).reduce((total, x, index) => total + x * right[index]!, 0);
  switch (featureMap.kind) {
    case "elu+1": {
      const phi = (x: number) => (x > 0 ? x + 1 : Math.exp(x));
      return (q, k) => sum(q.map((x, index) => phi(x) * phi(k[index]!)));
    }
    case "relu":
      return (q, k) => sum(q.map((x, index) => (x > 0 && k[index]! > 0 ? x * k[index]! : 0)));
    case "favor+": {
      const rows = projection(featureMap, d);
      return (rawQuery, rawKey) => {
        const q = rawQuery.map((x) => (scale < 0 ? -1 : 1) * Math.sqrt(Math.abs(scale)) * x);
        const k = rawKey.map((x) => Math.sqrt(Math.abs(scale)) * x);
        const norms = (dot(q, q) + dot(k, k)) / 2;
        const both = q.map((x, index) => x + k[index]!);
        if (featureMap.form === "positive") {
          return sum(rows.map((row) => Math.exp(dot(row, both) - norms) / rows.length));
        }
        if (featureMap.form === "hyperbolic") {
          return sum(rows.map((row) => (Math.cosh(dot(row, both)) * Math.exp(-norms)) / rows.length));
        }
        const terms = rows.flatMap((row) => {
          const [a, c] = [dot(row, q), dot(row, k)];
          return [Math.sin(a) * Math.sin(c), Math.cos(a) * Math.cos(c)];
        });
        return sum(terms.map((term) => (term * Math.exp(norms)) / rows.length));
      };
    }
  }
}
