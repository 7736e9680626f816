import {
  type AttentionOutputs,
  type AttentionProblem,
  describeVariant,
  type ProblemSizes,
  toFloat64,
  UnsupportedError,
  validateProblem,
} from "@xattn/core";
import {
  checkMask,
  compileModifiers,
  type Mask,
  type MaskSizes,
  printMask,
  printModifiers,
  simplifyMask,
} from "@xattn/masking";
import type { GpuLimits } from "../device/limits.ts";
import { maskCondition } from "../mask/condition.ts";
import { modifierStatements } from "../mask/modifiers.ts";
import { type AttentionCode, attentionShader, type RunTables } from "../wgsl/attention.ts";
import { mergeShader } from "../wgsl/merge.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { registerRowsShader } from "../wgsl/register-rows.ts";
import type { DeviceDType } from "../wgsl/storage.ts";
import { Tables } from "../wgsl/tables.ts";
import { weightsShader } from "../wgsl/weights.ts";
import { runTables } from "./runs.ts";
import { chooseTile, registerTile, type Tile } from "./tile.ts";
import { type ProblemTypes, typesOf } from "./types.ts";

/** A problem made ready for a device: its shaders and the numbers that they look up. */
export interface CompiledProblem {
  readonly sizes: ProblemSizes;
  readonly types: ProblemTypes;
  readonly tile: Tile;
  readonly tables: Uint32Array<ArrayBuffer> | undefined;
  /** Finished rows; none when the rows must be merged. */
  whole(logSumExp: boolean): Shader;
  parts(): Shader;
  merge(logSumExp: boolean): Shader;
  weights(): Shader;
}

/**
 * @throws ShapeError, ArgumentError, MaskError when the problem is not sound
 * @throws UnsupportedError when it is not one that this backend computes
 */
export function compileProblem(
  problem: AttentionProblem,
  outputs: AttentionOutputs,
  limits: GpuLimits,
): CompiledProblem {
  const sizes = validateProblem(problem);
  const variant = problem.variant ?? { kind: "standard" };
  if (variant.kind !== "standard" && variant.kind !== "chunked") {
    throw new UnsupportedError(`variant: the webgpu backend does not compute ${describeVariant(variant)}`);
  }
  const types = typesOf(problem);
  const maskSizes = { batch: sizes.batch, heads: sizes.heads, queries: sizes.n, keys: sizes.m };
  const tile =
    (limits.registerRows ? registerTile(sizes) : undefined) ?? chooseTile(sizes, limits.maxComputeWorkgroupStorageSize);
  const shaderOf = tile.registerRows ? registerRowsShader : attentionShader;
  const looked = lookUps(problem.mask, problem, maskSizes, tile, sizes.n * sizes.m > 0);
  const { tables, sinks, condition, runs, statements } = looked;
  const score = {
    d: sizes.d,
    query: types.query,
    key: types.key,
    ...(types.pastKey && { pastKey: types.pastKey }),
    ...(types.bias && { bias: types.bias }),
    tables: !tables.isEmpty,
    ...(condition !== undefined && { condition }),
    statements,
  };
  const title = titleOf(problem, sizes, tile, outputs);
  const attention = (output: DeviceDType | "parts", logSumExp: boolean): AttentionCode => ({
    ...score,
    e: sizes.e,
    value: types.value,
    ...(types.pastValue && { pastValue: types.pastValue }),
    tile,
    ...(runs && { runs }),
    ...(sinks && { sinks }),
    output,
    logSumExp,
    title,
  });
  return {
    sizes,
    types,
    tile,
    tables: tables.isEmpty ? undefined : tables.data(),
    whole: (logSumExp) => shaderOf(attention(types.query, logSumExp)),
    parts: () => shaderOf(attention("parts", false)),
    merge: (logSumExp) =>
      mergeShader({
        e: sizes.e,
        output: types.query,
        logSumExp,
        tables: !tables.isEmpty,
        ...(sinks && { sinks }),
        title: `merge for ${title}`,
      }),
    weights: () => weightsShader({ ...score, title: `weights for ${title}` }),
  };
}

interface LookUps {
  readonly tables: Tables;
  readonly condition: string | undefined;
  readonly runs: RunTables | undefined;
  readonly statements: readonly string[];
  readonly sinks: ((index: string) => string) | undefined;
}

/** All numbers that the shaders look up, in one order, so that equal forms give equal code. */
export function lookUps(
  mask: Mask | undefined,
  { modifiers = [], sinks }: AttentionProblem,
  sizes: MaskSizes,
  tile: Pick<Tile, "queries" | "keys">,
  some: boolean,
): LookUps {
  if (mask) checkMask(mask, sizes);
  compileModifiers(modifiers, sizes);
  const tables = new Tables();
  const simple = mask && simplifyMask(mask);
  const masked = simple !== undefined && simple.kind !== "all" && some;
  return {
    tables,
    condition: masked ? maskCondition(simple, sizes, tables) : undefined,
    runs: masked ? runTables(mask!, sizes, tile, tables) : undefined,
    statements: some ? modifierStatements(modifiers, sizes, tables) : [],
    sinks: sinks && tables.floats(toFloat64(sinks)),
  };
}

export function titleOf(
  problem: AttentionProblem,
  { d, e }: ProblemSizes,
  tile: Pick<Tile, "queries" | "keys">,
  outputs: AttentionOutputs,
): string {
  const words = [
    `attention d ${d} e ${e}`,
    `${problem.query.dtype}`,
    `tile ${tile.queries}×${tile.keys}`,
    `mask ${problem.mask ? printMask(problem.mask) : "none given"}`,
    `modifiers ${printModifiers(problem.modifiers ?? [])}`,
    ...(outputs.weights ? ["with weights"] : []),
    ...(outputs.logSumExp ? ["with log-sum-exp"] : []),
  ];
  return words.join(", ");
}
