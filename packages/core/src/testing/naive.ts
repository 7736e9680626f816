import type { Alignment, Mask, ScoreModifier } from "@xattn/masking";
import type { AttentionProblem } from "../problem/problem.ts";
import type { Tensor } from "../tensor/tensor.ts";

interface Place {
  readonly batch: number;
  readonly head: number;
  readonly query: number;
  readonly key: number;
  readonly queries: number;
  readonly keys: number;
}

export interface NaiveResult {
  readonly output: number[];
  readonly weights: number[];
  readonly logSumExp: number[];
}

/** Attention in the most obvious form, one element at a time, sharing no code with the package's kernels. */
export function naiveAttention(problem: AttentionProblem): NaiveResult {
  const { query, key, value, past, bias, sinks } = problem;
  const [batches, heads, queries, d] = query.shape as [number, number, number, number];
  const [, keyHeads, fresh] = key.shape as [number, number, number, number];
  const width = value.shape[3]!;
  const early = past ? past.key.shape[2]! : 0;
  const keys = early + fresh;
  const result: NaiveResult = { output: [], weights: [], logSumExp: [] };
  const cached = (old: Tensor | undefined, recent: Tensor, b: number, g: number, j: number, c: number) =>
    j < early ? at(old!, [b, g, j, c]) : at(recent, [b, g, j - early, c]);
  for (let b = 0; b < batches; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      const g = Math.floor((h * keyHeads) / heads);
      for (let i = 0; i < queries; i += 1) {
        const logits: number[] = [];
        for (let j = 0; j < keys; j += 1) {
          const place = { batch: b, head: h, query: i, key: j, queries, keys };
          let product = 0;
          for (let c = 0; c < d; c += 1) product += at(query, [b, h, i, c]) * cached(past?.key, key, b, g, j, c);
          let logit = product * (problem.scale ?? 1 / Math.sqrt(d));
          for (const modifier of problem.modifiers ?? []) logit = modified(modifier, logit, place);
          const offset = bias ? broadcastAt(bias, [b, h, i, j]) : 0;
          const open = offset !== -Infinity && (!problem.mask || allowed(problem.mask, place));
          logits.push(open ? logit + offset : -Infinity);
        }
        const sink = sinks ? at(sinks, [h]) : -Infinity;
        const { weights, logSumExp } = weigh(problem, logits, sink);
        result.weights.push(...weights);
        result.logSumExp.push(logSumExp);
        for (let c = 0; c < width; c += 1) {
          let sum = 0;
          weights.forEach((weight, j) => {
            if (weight > 0 || Number.isNaN(weight)) sum += weight * cached(past?.value, value, b, g, j, c);
          });
          result.output.push(sum);
        }
      }
    }
  }
  return result;
}

function weigh(
  { variant }: AttentionProblem,
  logits: number[],
  sink: number,
): { weights: number[]; logSumExp: number } {
  if (variant?.kind === "entmax") return { weights: entmaxByBisection(logits, sink), logSumExp: Number.NaN };
  let kept = logits;
  if (variant?.kind === "topK") {
    kept = logits.map(() => -Infinity);
    for (let turn = 0; turn < variant.k; turn += 1) {
      let best = -1;
      logits.forEach((logit, j) => {
        if (kept[j] === -Infinity && logit > (logits[best] ?? -Infinity)) best = j;
      });
      if (best >= 0) kept[best] = logits[best]!;
    }
  }
  const top = Math.max(sink, ...kept);
  if (top === -Infinity) return { weights: kept.map(() => 0), logSumExp: -Infinity };
  const total = [sink, ...kept].reduce((sum, logit) => sum + Math.exp(logit - top), 0);
  return { weights: kept.map((logit) => Math.exp(logit - top) / total), logSumExp: top + Math.log(total) };
}

function entmaxByBisection(logits: number[], sink: number): number[] {
  const top = Math.max(sink, ...logits);
  if (top === -Infinity) return logits.map(() => 0);
  const weightsAt = (threshold: number) =>
    [...logits, sink].map((logit) => Math.max(0, (logit - top) / 2 - threshold) ** 2);
  let low = -1;
  let high = 0;
  for (let turn = 0; turn < 60; turn += 1) {
    const middle = (low + high) / 2;
    if (weightsAt(middle).reduce((sum, weight) => sum + weight, 0) > 1) low = middle;
    else high = middle;
  }
  return weightsAt((low + high) / 2).slice(0, -1);
}

function at({ shape, dtype, data }: Tensor, index: readonly number[]): number {
  if (dtype !== "float32" && dtype !== "float64") throw new Error(`the naive form does not know ${dtype}`);
  return data[index.reduce((sum, position, axis) => sum * shape[axis]! + position, 0)]!;
}

function broadcastAt(source: Tensor, index: readonly number[]): number {
  const trailing = index.slice(index.length - source.shape.length);
  return at(
    source,
    trailing.map((position, axis) => (source.shape[axis] === 1 ? 0 : position)),
  );
}

function position(alignment: Alignment, { batch, query, queries, keys }: Place): number {
  if (alignment === "top-left") return query;
  if (alignment === "bottom-right") return query + keys - queries;
  return query + (typeof alignment.offset === "number" ? alignment.offset : alignment.offset[batch]!);
}

function modified(modifier: ScoreModifier, logit: number, place: Place): number {
  if (modifier.kind === "softcap") return modifier.cap * Math.tanh(logit / modifier.cap);
  const distance = place.key - position(modifier.alignment, place);
  if (modifier.kind === "alibi") return logit - modifier.slopes[place.head]! * Math.abs(distance);
  const row = modifier.table[place.head]!;
  const reach = (row.length - 1) / 2;
  return logit + row[Math.min(2 * reach, Math.max(0, distance + reach))]!;
}

function allowed(mask: Mask, place: Place): boolean {
  switch (mask.kind) {
    case "all":
      return true;
    case "none":
      return false;
    case "causal":
      return place.key <= position(mask.alignment, place);
    case "window": {
      const distance = place.key - position(mask.alignment, place);
      return distance >= -(mask.left ?? Infinity) && distance <= (mask.right ?? Infinity);
    }
    case "prefix":
      return place.key < (typeof mask.length === "number" ? mask.length : mask.length[place.batch]!);
    case "padding":
      return (
        place.key < (mask.keys?.[place.batch] ?? place.keys) &&
        place.query < (mask.queries?.[place.batch] ?? place.queries)
      );
    case "dense": {
      const index = [place.batch, place.head, place.query, place.key].slice(4 - mask.shape.length);
      const offset = index.reduce((sum, at, axis) => sum * mask.shape[axis]! + (mask.shape[axis] === 1 ? 0 : at), 0);
      return mask.allowed[offset]!;
    }
    case "and":
      return mask.masks.every((part) => allowed(part, place));
    case "or":
      return mask.masks.some((part) => allowed(part, place));
    case "not":
      return !allowed(mask.mask, place);
    default:
      throw new Error(`the naive form does not know ${mask.kind}`);
  }
}
