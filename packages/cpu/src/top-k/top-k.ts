import {
  ArgumentError,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  describeVariant,
  type ProblemSizes,
  tensor,
} from "@xattn/core";
import type { Context } from "../backend/context.ts";
import {
  factorOf,
  inputsInPlace,
  largestBlock,
  logSumExps,
  packInputs,
  placeSinks,
  writeWords,
} from "../backend/exact.ts";
import { placePlan } from "../backend/plans.ts";
import { placeStages } from "../backend/stages.ts";
import { addressOf } from "../backend/tensors.ts";
import { type ExactShape, fewRows, stageAt, word, words } from "../exact/layout.ts";
import { attendTopK } from "./attend.ts";
import { capacityFor, topKDescriptorBytes, topKScratchBytes, topKWord, topKWords } from "./layout.ts";
import { selectKept } from "./select.ts";

/**
 * Attention to the k largest logits of each row, of equal ones those of the lower keys; the others are −∞ before the
 * softmax. Computes into [b, h, n, e] at `output`, which the caller has taken, and brings the rest out of the kernels'
 * memory. Logits are float32: where two of them around the k-th are within their rounding, the other may be kept.
 *
 * @throws ArgumentError when the problem's variant is not top-k
 * @throws UnsupportedError for float64, or more modifiers than a descriptor holds
 * @throws MemoryLimitError when it does not fit in 4 GiB
 */
export function topKAttention(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  outputs: AttentionOutputs,
  output: number,
): Omit<AttentionResult, "output" | "path"> {
  const { variant = { kind: "standard" } } = problem;
  if (variant.kind !== "topK") throw new ArgumentError(`variant: is ${describeVariant(variant)}, needs topK`);
  const { batch, heads, n, m } = sizes;
  const rows = batch * heads * n;
  const weights = outputs.weights ? context.scratch.take(4 * rows * m) : 0;
  const statistics = outputs.logSumExp ? context.scratch.take(8 * rows) : 0;
  runTopK(context, problem, sizes, Math.min(variant.k, m), { output, weights, statistics });
  const floats = context.float32;
  return {
    ...(weights && { weights: tensor([batch, heads, n, m], floats.slice(weights / 4, weights / 4 + rows * m)) }),
    ...(statistics && { logSumExp: tensor([batch, heads, n], logSumExps(floats, statistics / 4, rows)) }),
  };
}

interface Addresses {
  readonly output: number;
  readonly weights: number;
  readonly statistics: number;
}

function runTopK(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  kept: number,
  { output, weights, statistics }: Addresses,
): void {
  const { engine, scratch, pool } = context;
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const panel = 4 * engine.vectors;
  const groups = batch * keyHeads;
  const groupHeads = heads / keyHeads;
  const rows = groupHeads * n;
  const tiles = Math.ceil(rows / engine.tileRows);
  const plan = problem.mask
    ? placePlan(context, problem.mask, sizes, { rows: engine.tileRows, panel, blockKeys: largestBlock })
    : undefined;
  const stages = placeStages(context, problem, sizes);
  const fewQueries = rows <= fewRows && !plan && !problem.bias && d % 8 === 0;
  const shape: ExactShape = {
    d,
    e,
    blockKeys: largestBlock,
    single: true,
    direct: true,
    fewQueries,
    stages: stages.map(({ stage }) => stage),
    masked: plan !== undefined,
    weights: weights !== 0,
  };
  const descriptor = scratch.take(topKDescriptorBytes);
  const inputs = fewQueries
    ? inputsInPlace(context, problem, sizes)
    : packInputs(context, problem, sizes, false, descriptor + word.careful);
  const earlier = problem.past?.key.shape[2] ?? 0;
  const capacity = capacityFor(kept, m);
  const scratchBytes = topKScratchBytes(engine, shape, capacity);
  writeWords(context, descriptor, words, {
    query: addressOf(context, "query", problem.query),
    keys: inputs.keys,
    values: inputs.values,
    output,
    weights,
    statistics,
    sinks: problem.sinks ? placeSinks(context, problem, heads) : 0,
    rows,
    queries: n,
    keyHeads,
    groupHeads,
    tiles,
    m,
    keyBytes: inputs.keyBytes,
    valueBytes: inputs.valueBytes,
    scratch: scratch.take(scratchBytes * pool.threads),
    scratchBytes,
    constants: context.constantsFor(m),
    plan: plan?.address ?? 0,
    planBatchBytes: plan?.batchBytes ?? 0,
    planHeadBytes: plan?.headBytes ?? 0,
    allEntry: descriptor + word.allFirst,
    allFirst: 0,
    allCount: m,
    allBits: 0,
    past: inputs.past,
    pastKeys: inputs.pastKeys,
    pastValues: inputs.pastValues,
    pastKeyBytes: 4 * inputs.past * d,
    pastValueBytes: 4 * inputs.past * e,
    factor: 0,
    careful: 0,
  });
  writeWords(context, descriptor + topKWord.kept, topKWords, {
    kept,
    capacity,
    earlier,
    earlierValues: problem.past ? addressOf(context, "past.value", problem.past.value) : 0,
    recentValues: inputs.values,
    earlierValueBytes: 4 * earlier * e,
    recentValueBytes: 4 * (m - earlier) * e,
  });
  context.float32[(descriptor + word.factor) / 4] = factorOf(problem, d);
  for (const [index, { place }] of stages.entries()) place((descriptor + stageAt(index)) / 4);
  inputs.run();
  const make = () => [attendTopK(engine, shape), selectKept()];
  context.run(moduleKey(shape), make, "attendTopK", descriptor, groups * tiles);
}

function moduleKey({ d, e, fewQueries, stages, masked, weights }: ExactShape): string {
  return `attendTopK ${d} ${e} ${fewQueries} ${masked} ${weights} ${stages.join()}`;
}
