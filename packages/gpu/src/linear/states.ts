import { lanes, threads } from "../plan/tile.ts";
import { type Binding, declare, sizesBinding } from "../wgsl/bindings.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { sizesStruct } from "../wgsl/sizes.ts";
import {
  blockOf,
  keyBindings,
  linearFunctions,
  reachBinding,
  reachStruct,
  sliceOf,
  slicesOf,
  stateStep,
} from "./code.ts";
import type { LinearCode } from "./problem.ts";

const keysAtOnce = 16;

/**
 * φ(K)ᵀ[V, 1] of each chunk of keys, written behind the place of the chunk before it. Workgroups: x chunks; y batch
 * entries by key-value heads; z slices of d by blocks of e and the ones.
 */
export function statesShader(code: LinearCode): Shader {
  const { d, e, title } = code;
  const bindings: readonly Binding[] = [
    sizesBinding,
    ...keyBindings(code, true),
    reachBinding(code.reachLength),
    { name: "states", kind: "write", type: "array<vec4f>" },
  ];
  const slice = sliceOf(d);
  const block = blockOf(e + 4);
  const rows = Array.from({ length: Math.ceil((4 * slice) / lanes) }, (_, at) => at);
  const columns = Array.from({ length: Math.ceil(block / lanes) }, (_, at) => at);
  const each = (line: (r: number, c: number) => string) =>
    rows.flatMap((r) => columns.map((c) => line(r, c))).join("\n");
  const text = `// states of linear attention
${reachStruct}
${sizesStruct}
${declare(bindings)}
var<workgroup> featureTile: array<f32, ${keysAtOnce * (4 * slice + 1)}>;
var<workgroup> valueTile: array<vec4f, ${keysAtOnce * (block + 1)}>;
${linearFunctions(code, true)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rowLane = thread / ${lanes}u;
  let columnLane = thread % ${lanes}u;
  let batch = place.y / sizes.keyHeads;
  let keyHead = place.y % sizes.keyHeads;
  let firstFour = (place.z % ${slicesOf(d)}u) * ${slice}u;
  let firstColumn = (place.z / ${slicesOf(d)}u) * ${block}u;
  let counted = u32(reach[batch].keys);
  let first = place.x * sizes.tilesPerSplit;
  let last = min(first + sizes.tilesPerSplit, counted);
${each((r, c) => `  var sum${r}_${c} = vec4f();`)}
  for (var start = first; start < last; start += ${keysAtOnce}u) {
    workgroupBarrier();
    for (var at = thread; at < ${keysAtOnce * slice}u; at += ${threads}u) {
      let line = at / ${slice}u;
      let four = at % ${slice}u;
      let features = keyFeatures(batch, keyHead, start + line, firstFour + four, last);
      for (var c = 0u; c < 4u; c += 1u) {
        featureTile[line * ${4 * slice + 1}u + 4u * four + c] = features[c];
      }
    }
    for (var at = thread; at < ${keysAtOnce * block}u; at += ${threads}u) {
      let line = at / ${block}u;
      let four = at % ${block}u;
      valueTile[line * ${block + 1}u + four] = extendedValue(batch, keyHead, start + line, firstColumn + four, last);
    }
    workgroupBarrier();
    for (var key = 0u; key < ${keysAtOnce}u; key += 1u) {
${columns.map((c) => `      let v${c} = valueTile[key * ${block + 1}u + min(columnLane + ${lanes * c}u, ${block - 1}u)];`).join("\n")}
${rows
  .map(
    (r) => `      let f${r} = featureTile[key * ${4 * slice + 1}u + min(rowLane + ${lanes * r}u, ${4 * slice - 1}u)];
${columns.map((c) => `      sum${r}_${c} += f${r} * v${c};`).join("\n")}`,
  )
  .join("\n")}
    }
  }
  let base = (place.y * (sizes.keyTiles + 1u) + place.x + 1u) * ${d}u;
${each(
  (
    r,
    c,
  ) => `  if (rowLane + ${lanes * r}u < ${4 * slice}u && 4u * firstFour + rowLane + ${lanes * r}u < ${d}u && columnLane + ${lanes * c}u < ${block}u && firstColumn + columnLane + ${lanes * c}u < ${stateStep(e)}u) {
    states[(base + 4u * firstFour + rowLane + ${lanes * r}u) * ${stateStep(e)}u + firstColumn + columnLane + ${lanes * c}u] = sum${r}_${c};
  }`,
)}
}
`;
  return {
    code: text.replace(/\n(?:\s*\n)+/g, "\n"),
    bindings: bindings.map(({ kind }) => kind),
    title: `states of ${title}`,
  };
}

/** Workgroups along z of the states' shader. */
export const stateGroups = (d: number, e: number) => slicesOf(d) * Math.ceil(stateStep(e) / blockOf(e + 4));

/**
 * Sums states along the chunks, in their places, from zeros in front of the first: a thread for each four of a state.
 * Workgroups: x fours; y batch entries by key-value heads.
 */
export function scanShader({ d, e, title }: LinearCode): Shader {
  const bindings: readonly Binding[] = [sizesBinding, { name: "states", kind: "write", type: "array<vec4f>" }];
  const size = d * stateStep(e);
  const code = `// scan of states
${sizesStruct}
${declare(bindings)}
@compute @workgroup_size(${threads})
fn main(@builtin(global_invocation_id) place: vec3u) {
  if (place.x < ${size}u) {
    var sum = vec4f();
    var at = place.y * (sizes.keyTiles + 1u) * ${size}u + place.x;
    states[at] = sum;
    for (var chunk = 0u; chunk < sizes.keyTiles; chunk += 1u) {
      at += ${size}u;
      sum += states[at];
      states[at] = sum;
    }
  }
}
`;
  return { code, bindings: bindings.map(({ kind }) => kind), title: `scan for ${title}` };
}
