import {
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  type ProblemSizes,
  tensor,
} from "@xattn/core";
import { attend } from "../exact/attend.ts";
import {
  descriptorBytes,
  type ExactShape,
  fewRows,
  lastPanel,
  paddedKeys,
  paddedValues,
  scratchLayout,
  stageAt,
  word,
  words,
} from "../exact/layout.ts";
import { pack, packAll, packDescriptorBytes, packWord, packWords } from "../exact/pack.ts";
import type { Context } from "./context.ts";
import { placePlan } from "./plans.ts";
import { placeStages } from "./stages.ts";
import { addressOf, copyOut } from "./tensors.ts";

/** Most keys whose scores are in scratch memory at a time. */
export const largestBlock = 256;

/** Where a call's results lie in the kernels' memory. */
export interface ExactAddresses {
  readonly output: number;
  readonly weights: number;
  /** [b·h·n] pairs of maximum (base 2) and sum. */
  readonly statistics: number;
}

/** Computes standard attention into memory that the caller has taken. */
export function runExact(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  { output, weights, statistics }: ExactAddresses,
): void {
  const { engine, scratch, pool } = context;
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  const panel = 4 * engine.vectors;
  const groups = batch * keyHeads;
  const groupHeads = heads / keyHeads;
  const rows = groupHeads * n;
  const tiles = Math.ceil(rows / engine.tileRows);
  const plan =
    problem.mask !== undefined && problem.mask.kind !== "all"
      ? placePlan(context, problem.mask, sizes, { rows: engine.tileRows, panel, blockKeys: largestBlock })
      : undefined;
  const masked = plan !== undefined;
  const stages = placeStages(context, problem, sizes);
  const fewQueries = rows <= fewRows && !masked && !problem.bias && d % 8 === 0 && e % panel === 0;
  const single = m <= largestBlock && !masked && !fewQueries;
  const hides = masked || problem.bias !== undefined;
  const shape: ExactShape = {
    d,
    e,
    blockKeys: single ? blockFor(m) : largestBlock,
    single,
    direct: fewQueries || (single && !hides && e % panel === 0 && !problem.past),
    fewQueries,
    stages: stages.map(({ stage }) => stage),
    masked,
    weights: weights !== 0,
  };
  const descriptor = scratch.take(descriptorBytes);
  const careful = descriptor + word.careful;
  const inputs = fewQueries
    ? inputsInPlace(context, problem, sizes)
    : packInputs(context, problem, sizes, !shape.direct, careful);
  const scratchBytes = scratchLayout(engine, shape).bytes;
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
  context.float32[(descriptor + word.factor) / 4] = factorOf(problem, d);
  for (const [index, { place }] of stages.entries()) place((descriptor + stageAt(index)) / 4);
  inputs.run();
  context.run(exactKey(shape), () => [attend(engine, shape)], "attend", descriptor, groups * tiles);
}

function exactKey({ d, e, blockKeys, single, direct, fewQueries, stages, masked, weights }: ExactShape): string {
  return `attend ${d} ${e} ${blockKeys} ${single} ${direct} ${fewQueries} ${masked} ${weights} ${stages.join()}`;
}

/** The smallest block of a few that holds m keys, so that few kernels are compiled. */
function blockFor(m: number): number {
  return m <= 32 ? 32 : m <= 64 ? 64 : m <= 128 ? 128 : largestBlock;
}

/** Scores are exponents of 2. */
export function factorOf({ scale }: AttentionProblem, d: number): number {
  return (scale ?? 1 / Math.sqrt(d)) * Math.LOG2E;
}

/** Where the kernels find keys and values; those of the past only where they are not packed together. */
interface Inputs {
  readonly past: number;
  readonly pastKeys: number;
  readonly pastValues: number;
  readonly keys: number;
  readonly values: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Does what has to be done to them first. */
  run(): void;
}

export function inputsInPlace(context: Context, problem: AttentionProblem, { m, d, e }: ProblemSizes): Inputs {
  const past = problem.past?.key.shape[2] ?? 0;
  return {
    past,
    pastKeys: problem.past ? addressOf(context, "past.key", problem.past.key) : 0,
    pastValues: problem.past ? addressOf(context, "past.value", problem.past.value) : 0,
    keys: addressOf(context, "key", problem.key),
    values: addressOf(context, "value", problem.value),
    keyBytes: 4 * (m - past) * d,
    valueBytes: 4 * (m - past) * e,
    run() {},
  };
}

/** Fewer numbers than this are packed by one thread: waking another costs more. */
const leastShared = 65536;

/** @param careful address that gets 1 when a value is not finite */
export function packInputs(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  withValues: boolean,
  careful: number,
): Inputs {
  const { engine, scratch } = context;
  const { batch, keyHeads, m, d, e } = sizes;
  const { past } = problem;
  const groups = batch * keyHeads;
  const panels = lastPanel(engine, m).from / (4 * engine.vectors) + 1;
  const units = groups * panels;
  const keyBytes = paddedKeys(engine, m) * d * 4;
  const value = addressOf(context, "value", problem.value);
  const valueBytes = 4 * m * (withValues ? paddedValues(engine, e) : e);
  const keys = scratch.take(groups * keyBytes);
  const values = withValues ? scratch.take(groups * valueBytes) : value;
  const descriptor = scratch.take(packDescriptorBytes);
  writeWords(context, descriptor, packWords, {
    key: addressOf(context, "key", problem.key),
    value,
    pastKey: past ? addressOf(context, "past.key", past.key) : 0,
    pastValue: past ? addressOf(context, "past.value", past.value) : 0,
    past: past ? past.key.shape[2]! : 0,
    m,
    panels,
    packedKeys: keys,
    packedValues: values,
    keyBytes,
    valueBytes,
    zeros: context.zeros(4 * d),
    factor: 0,
    careful,
    units,
  });
  context.float32[(descriptor + packWord.factor) / 4] = factorOf(problem, d);
  const make = () => [pack(engine, { d, e, values: withValues }), packAll()];
  return {
    past: 0,
    pastKeys: 0,
    pastValues: 0,
    keys,
    values,
    keyBytes,
    valueBytes,
    run() {
      const alone = groups * m * (d + e) < leastShared;
      context.run(`pack ${d} ${e} ${withValues}`, make, alone ? "packAll" : "pack", descriptor, alone ? 1 : units);
    },
  };
}

/** Writes a descriptor's words in their order. */
export function writeWords<Name extends string>(
  context: Context,
  descriptor: number,
  names: readonly Name[],
  values: Readonly<Record<Name, number>>,
): void {
  const memory = context.int32;
  for (let at = 0; at < names.length; at += 1) memory[descriptor / 4 + at] = values[names[at]!];
}

export function placeSinks(context: Context, problem: AttentionProblem, heads: number): number {
  const source = addressOf(context, "sinks", problem.sinks!);
  const address = context.scratch.take(4 * heads);
  const floats = context.float32;
  for (let head = 0; head < heads; head += 1) floats[address / 4 + head] = floats[source / 4 + head]! * Math.LOG2E;
  return address;
}

/** Runs and brings the results out of the kernels' memory. */
export function exactAttention(
  context: Context,
  problem: AttentionProblem,
  sizes: ProblemSizes,
  outputs: AttentionOutputs,
  output: number,
): Omit<AttentionResult, "output" | "path"> {
  const { batch, heads, n, m } = sizes;
  const rows = batch * heads * n;
  const weights = outputs.weights ? context.scratch.take(4 * rows * m) : 0;
  const statistics = outputs.logSumExp ? context.scratch.take(8 * rows) : 0;
  runExact(context, problem, sizes, { output, weights, statistics });
  const floats = context.float32;
  return {
    ...(weights && { weights: tensor([batch, heads, n, m], copyOut(context, weights, rows * m)) }),
    ...(statistics && { logSumExp: tensor([batch, heads, n], logSumExps(floats, statistics / 4, rows)) }),
  };
}

/** log Σ exp of each row from its maximum in base 2 and its sum relative to that. */
export function logSumExps(floats: Float32Array, at: number, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const [maximum, sum] = [floats[at + 2 * row]!, floats[at + 2 * row + 1]!];
    return sum === 0 ? Number.NEGATIVE_INFINITY : maximum * Math.LN2 + Math.log(sum);
  });
}
