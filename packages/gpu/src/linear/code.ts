import { fours, lanes } from "../plan/tile.ts";
import type { Binding } from "../wgsl/bindings.ts";
import { keyRows } from "../wgsl/score.ts";
import { arrayType, readFours } from "../wgsl/storage.ts";
import type { GpuFeatureMap, LinearCode } from "./problem.ts";

/** Fours of a row of a state: those of the values, then one whose first number is the sum of the features. */
export const stateStep = (e: number) => fours(e) + 1;

/** Fours of e that a workgroup makes. */
export const blockOf = (e: number) => Math.min(2 * lanes, fours(e));
export const blocksOf = (e: number) => Math.ceil(fours(e) / blockOf(e));

/** Fours of d that are in workgroup memory at a time. */
export const sliceOf = (d: number) => Math.min(2 * lanes, fours(d));
export const slicesOf = (d: number) => Math.ceil(fours(d) / sliceOf(d));

export const reachStruct = "struct Reach { keys: i32, queries: i32, offset: i32, none: i32 }";

/** A uniform, as storage bindings are few; its length is a power of two, so that code differs by few lengths. */
export const reachLength = (batch: number) => 2 ** Math.ceil(Math.log2(Math.max(1, batch)));
/** Batch entries that a uniform of the size that every device has (64 KiB) tells of. */
export const reachMost = 4096;

export const reachBinding = (length: number): Binding => ({
  name: "reach",
  kind: "uniform",
  type: `array<Reach, ${length}>`,
});

export function keyBindings({ d, e, types }: LinearCode, withValues: boolean): readonly Binding[] {
  const read = (name: string, dtype: Parameters<typeof arrayType>[0], width: number): Binding => ({
    name,
    kind: "read",
    type: arrayType(dtype, width),
  });
  return [
    read("key", types.key, d),
    ...(withValues ? [read("value", types.value, e)] : []),
    ...(types.pastKey ? [read("pastKey", types.pastKey, d)] : []),
    ...(types.pastValue && withValues ? [read("pastValue", types.pastValue, e)] : []),
  ];
}

const maps: Readonly<Record<GpuFeatureMap["kind"], string>> = {
  "elu+1": "select(exp(x), x + 1.0, x > vec4f())",
  // Not max: NaN must stay.
  relu: "select(x, vec4f(), x < vec4f())",
  given: "x",
};

/**
 * WGSL functions `phi`, zero beyond the width, `keyFeatures` and `extendedValue` (values, then a four of 1, 0, 0, 0),
 * zero from `keys` on, and `visible`, how many keys a query sees.
 */
export function linearFunctions({ map, d, e, types }: LinearCode, withValues: boolean): string {
  const tail =
    d % 4 === 0 ? "" : `\n  y = select(vec4f(), y, vec4u(four * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(${d}u));`;
  return `fn phi(x: vec4f, four: u32) -> vec4f {
  var y = ${maps[map]};${tail}
  return select(y, vec4f(), vec4<bool>(four >= ${fours(d)}u));
}
${readFours("key", types.key, d)}
${types.pastKey ? readFours("pastKey", types.pastKey, d) : ""}
${keyRows("key", types.pastKey !== undefined)}
fn keyFeatures(batch: u32, keyHead: u32, key: u32, four: u32, keys: u32) -> vec4f {
  if (key >= keys || four >= ${fours(d)}u) {
    return vec4f();
  }
  return phi(keyRowAt(batch, keyHead, key, four), four);
}
${
  withValues
    ? `${readFours("value", types.value, e)}
${types.pastValue ? readFours("pastValue", types.pastValue, e) : ""}
${keyRows("value", types.pastValue !== undefined)}
fn extendedValue(batch: u32, keyHead: u32, key: u32, four: u32, keys: u32) -> vec4f {
  if (key >= keys || four > ${fours(e)}u) {
    return vec4f();
  }
  if (four == ${fours(e)}u) {
    return vec4f(1.0, 0.0, 0.0, 0.0);
  }
  return valueRowAt(batch, keyHead, key, four);
}`
    : ""
}
fn visible(batch: u32, query: u32) -> u32 {
  let seen = reach[batch];
  let i = i32(query);
  if (i >= seen.queries) {
    return 0u;
  }
  return u32(clamp(i + seen.offset + 1, 0, seen.keys));
}`;
}
