import {
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  type ProblemSizes,
  tensor,
} from "@xattn/core";
import { attend } from "../exact/attend.ts";
import {
  constantBytes,
  constants,
  descriptorBytes,
  type ExactShape,
  entryBytes,
  lastPanel,
  paddedKeys,
  paddedValues,
  scratchLayout,
  stageAt,
  type Word,
  word,
} from "../exact/layout.ts";
import { pack, packDescriptorBytes, packWord } from "../exact/pack.ts";
import type { Context } from "./context.ts";
import { placePlan } from "./plans.ts";
import { placeStages } from "./stages.ts";
import { addressOf } from "./tensors.ts";

/** Most keys whose scores are in scratch memory at a time. */
const largestBlock = 256;

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
  const masked = problem.mask !== undefined && problem.mask.kind !== "all";
  const stages = placeStages(context, problem, sizes);
  const single = m <= largestBlock && !masked;
  const hides = masked || problem.bias !== undefined;
  const shape: ExactShape = {
    d,
    e,
    blockKeys: single ? blockFor(m) : largestBlock,
    single,
    direct: single && !hides && e % panel === 0 && !problem.past,
    stages: stages.map(({ stage }) => stage),
    masked,
    weights: weights !== 0,
  };
  const groups = batch * keyHeads;
  const groupHeads = heads / keyHeads;
  const rows = groupHeads * n;
  const tiles = Math.ceil(rows / engine.tileRows);
  const packed = packInputs(context, problem, sizes, !shape.direct);
  const plan = masked
    ? placePlan(context, problem.mask!, sizes, { rows: engine.tileRows, panel, blockKeys: largestBlock })
    : undefined;
  const layout = scratchLayout(engine, shape);
  const descriptor = scratch.take(descriptorBytes);
  const allEntry = scratch.take(entryBytes);
  const constantsAt = scratch.take(constantBytes);
  const sinks = problem.sinks ? placeSinks(context, problem, heads) : 0;
  const fields: Readonly<Record<Word, number>> = {
    query: addressOf(context, "query", problem.query),
    keys: packed.keys,
    values: packed.values,
    output,
    weights,
    statistics,
    sinks,
    rows,
    queries: n,
    keyHeads,
    groupHeads,
    tiles,
    m,
    keyBytes: packed.keyBytes,
    valueBytes: packed.valueBytes,
    scratch: scratch.take(layout.bytes * pool.threads),
    scratchBytes: layout.bytes,
    constants: constantsAt,
    plan: plan?.address ?? 0,
    planBatchBytes: plan?.batchBytes ?? 0,
    planHeadBytes: plan?.headBytes ?? 0,
    allEntry,
    careful: 0,
  };
  const words = context.int32;
  for (const name in fields) words[(descriptor + word[name as Word]) / 4] = fields[name as Word];
  for (const [index, { place }] of stages.entries()) place((descriptor + stageAt(index)) / 4);
  words[allEntry / 4] = 0;
  words[allEntry / 4 + 1] = m;
  words[allEntry / 4 + 2] = 0;
  context.bytes.set(constants(engine, m), constantsAt);
  packed.run(descriptor + word.careful);
  context.run(JSON.stringify(["attend", shape]), () => [attend(engine, shape)], "attend", descriptor, groups * tiles);
}

/** The smallest block of a few that holds m keys, so that few kernels are compiled. */
function blockFor(m: number): number {
  return [32, 64, 128].find((block) => m <= block) ?? largestBlock;
}

interface Packed {
  readonly keys: number;
  readonly values: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Packs; writes 1 at `careful` when a value is not finite. */
  run(careful: number): void;
}

function packInputs(context: Context, problem: AttentionProblem, sizes: ProblemSizes, withValues: boolean): Packed {
  const { engine, scratch } = context;
  const { batch, keyHeads, m, d, e } = sizes;
  const { past } = problem;
  const groups = batch * keyHeads;
  const panels = lastPanel(engine, m).from / (4 * engine.vectors) + 1;
  const keyBytes = paddedKeys(engine, m) * d * 4;
  const value = addressOf(context, "value", problem.value);
  const valueBytes = 4 * m * (withValues ? paddedValues(engine, e) : e);
  const keys = scratch.take(groups * keyBytes);
  const values = withValues ? scratch.take(groups * valueBytes) : value;
  const descriptor = scratch.take(packDescriptorBytes);
  const zeros = scratch.take(4 * d);
  const fields: Readonly<Record<keyof typeof packWord, number>> = {
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
    zeros,
    factor: 0,
    careful: 0,
  };
  const words = context.int32;
  for (const name in fields)
    words[(descriptor + packWord[name as keyof typeof packWord]) / 4] = fields[name as keyof typeof packWord];
  context.float32.fill(0, zeros / 4, zeros / 4 + d);
  context.float32[(descriptor + packWord.factor) / 4] = (problem.scale ?? 1 / Math.sqrt(d)) * Math.LOG2E;
  const shape = { d, e, values: withValues };
  return {
    keys,
    values,
    keyBytes,
    valueBytes,
    run(careful) {
      context.int32[(descriptor + packWord.careful) / 4] = careful;
      context.run(JSON.stringify(["pack", shape]), () => [pack(engine, shape)], "pack", descriptor, groups * panels);
    },
  };
}

function placeSinks(context: Context, problem: AttentionProblem, heads: number): number {
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
    ...(weights && { weights: tensor([batch, heads, n, m], floats.slice(weights / 4, weights / 4 + rows * m)) }),
    ...(statistics && { logSumExp: tensor([batch, heads, n], logSumExps(floats, statistics / 4, rows)) }),
  };
}

/** log Σ exp of each row from its maximum in base 2 and its sum relative to that. */
function logSumExps(floats: Float32Array, at: number, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const [maximum, sum] = [floats[at + 2 * row]!, floats[at + 2 * row + 1]!];
    return sum === 0 ? Number.NEGATIVE_INFINITY : maximum * Math.LN2 + Math.log(sum);
  });
}
