import { hyperbolicTangent } from "../mask/modifiers.ts";
import { type DeviceDType, readFours, readOne } from "./storage.ts";
import { tableFunctions } from "./tables.ts";

/** The lowest float32: the logit of a key that is not allowed. WGSL has no infinity. */
export const floor = "-0x1.fffffep+127f";

export interface ScoreCode {
  readonly d: number;
  readonly query: DeviceDType;
  readonly key: DeviceDType;
  readonly pastKey?: DeviceDType;
  readonly bias?: DeviceDType;
  /** Whether there are `tables`. */
  readonly tables: boolean;
  /** Where keys may be looked at, over b, h, i, j; none when everywhere. */
  readonly condition?: string;
  /** Changes of the logit x. */
  readonly statements: readonly string[];
  /** Whether the statements keep `slope`, the logit's derivative by the scaled product: `logitAndSlope` then. */
  readonly slopes?: boolean;
}

/**
 * WGSL functions that form logits: `keyRowAt`, `isAllowed` and `logitOf`. Batch entries, heads, queries and keys are
 * counted from the first one at hand; masks and modifiers see where that lies in the whole.
 */
export function scoreFunctions(code: ScoreCode): string {
  const { d, query, key, pastKey, bias, tables, condition, statements, slopes } = code;
  const places = `let b = batch + sizes.firstBatch;
  let h = head + sizes.firstHead;
  let i = min(query, sizes.queries - 1u) + sizes.firstQuery;
  let j = key + sizes.firstKey;`;
  return [
    tables ? tableFunctions : "",
    statements.some((text) => text.includes("hyperbolicTangent")) ? hyperbolicTangent : "",
    readFours("query", query, d),
    readFours("key", key, d),
    pastKey ? readFours("pastKey", pastKey, d) : "",
    keyRows("key", pastKey !== undefined),
    condition === undefined
      ? ""
      : `fn isAllowed(batch: u32, head: u32, query: u32, key: u32) -> bool {
  ${places}
  return ${condition};
}`,
    bias ? readOne("bias", bias) : "",
    `fn ${slopes ? "logitAndSlope" : "logitOf"}(product: f32, batch: u32, head: u32, query: u32, key: u32) -> ${slopes ? "vec2f" : "f32"} {
  ${places}
  var x = product * sizes.scale;${slopes ? "\n  var slope = 1.0;" : ""}
  ${statements.join("\n  ")}${bias ? addBias : ""}
  return ${slopes ? "vec2f(x, slope)" : "x"};
}`,
  ]
    .filter((text) => text !== "")
    .join("\n");
}

// Selected, never summed, where the bias is −∞: the logit may be NaN.
const addBias = `
  let offset = biasOne(batch * sizes.biasBatch + head * sizes.biasHead
    + min(query, sizes.queries - 1u) * sizes.biasQuery + key * sizes.biasKey);
  x = select(x + offset, ${floor}, bitcast<u32>(offset) == 0xff800000u);`;

/** WGSL function `{name}RowAt(batch, keyHead, key, four)`: of the past, then of the new; 0 beyond the last key. */
export function keyRows(name: "key" | "value", past: boolean): string {
  const pastName = name === "key" ? "pastKey" : "pastValue";
  return `fn ${name}RowAt(batch: u32, keyHead: u32, key: u32, four: u32) -> vec4f {
  if (key >= sizes.keys) {
    return vec4f();
  }
  let matrix = batch * sizes.keyHeads + keyHead;${
    past
      ? `
  if (key < sizes.past) {
    return ${pastName}At(matrix * sizes.past + key, four);
  }`
      : ""
  }
  return ${name}At(matrix * (sizes.keys - sizes.past) + key - sizes.past, four);
}`;
}
