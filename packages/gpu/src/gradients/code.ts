import { type AttentionProblem, type ProblemSizes, toFloat64 } from "@xattn/core";
import { checkMask, compileModifiers, printMask, printModifiers, simplifyMask } from "@xattn/masking";
import { maskCondition } from "../mask/condition.ts";
import { modifierStatements } from "../mask/modifiers.ts";
import { runTables } from "../plan/runs.ts";
import type { RunTables } from "../wgsl/attention.ts";
import type { ScoreCode } from "../wgsl/score.ts";
import { Tables } from "../wgsl/tables.ts";

/** Rows of a workgroup, whose gradients it sums up, and columns of the other side that it goes through at a time. */
export const tileRows = 32;
export const tileColumns = 16;

/** What the shaders of a vector-Jacobian product depend on; all tensors are float32, the past in front of the keys. */
export interface GradientCode extends ScoreCode {
  readonly e: number;
  /** A mask's runs of tiles along the keys of queries, and along the queries of keys. */
  readonly runsOfQueries?: RunTables;
  readonly runsOfKeys?: RunTables;
  readonly title: string;
}

export interface PreparedGradient {
  readonly code: GradientCode;
  readonly tables: Uint32Array<ArrayBuffer> | undefined;
}

/** @throws MaskError, ArgumentError where mask or modifiers do not fit */
export function gradientCode(problem: AttentionProblem, { batch, heads, n, m, d, e }: ProblemSizes): PreparedGradient {
  const { mask, modifiers = [], bias } = problem;
  const sizes = { batch, heads, queries: n, keys: m };
  if (mask) checkMask(mask, sizes);
  compileModifiers(modifiers, sizes);
  const tables = new Tables();
  const simple = mask && simplifyMask(mask);
  const masked = simple !== undefined && simple.kind !== "all";
  const statements = modifierStatements(modifiers, sizes, tables, true);
  const condition = masked ? maskCondition(simple, sizes, tables) : undefined;
  const runsOfQueries = masked
    ? runTables(mask!, sizes, { queries: tileRows, keys: tileColumns }, tables, "keys")
    : undefined;
  const runsOfKeys = masked
    ? runTables(mask!, sizes, { queries: tileColumns, keys: tileRows }, tables, "queries")
    : undefined;
  return {
    code: {
      d,
      e,
      query: "float32",
      key: "float32",
      ...(bias && { bias: "float32" as const }),
      tables: !tables.isEmpty,
      statements,
      slopes: true,
      ...(condition !== undefined && { condition }),
      ...(runsOfQueries && { runsOfQueries }),
      ...(runsOfKeys && { runsOfKeys }),
      title: `gradients of attention d ${d} e ${e}, mask ${mask ? printMask(mask) : "none given"}, modifiers ${printModifiers(modifiers)}`,
    },
    tables: tables.isEmpty ? undefined : tables.data(),
  };
}

/** The sink's logit has weight p and no value: dx = p·(0 − D). Facts are log-sum-exp and D of each row. */
export function addSinkGradients(
  target: Float64Array,
  sinks: AttentionProblem["sinks"] & object,
  facts: Float32Array,
  { n }: ProblemSizes,
  heads: readonly [number, number],
): void {
  const logits = toFloat64(sinks);
  const count = heads[1] - heads[0];
  for (let row = 0; row < facts.length / 2; row += 1) {
    const head = heads[0] + (Math.floor(row / n) % count);
    const logit = logits[head]!;
    if (logit === Number.NEGATIVE_INFINITY) continue;
    const weight = Math.exp(logit - facts[2 * row]!);
    if (weight !== 0) target[head]! -= weight * facts[2 * row + 1]!;
  }
}
