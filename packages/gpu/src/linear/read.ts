import { fours, lanes, threads } from "../plan/tile.ts";
import { type Binding, declare, sizesBinding } from "../wgsl/bindings.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { sizesStruct } from "../wgsl/sizes.ts";
import { arrayType, readFours, writeFours, writtenType } from "../wgsl/storage.ts";
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

/** Queries of a workgroup, and keys or rows of a state that are in workgroup memory at a time. */
export const readQueries = 32;
const linesAtOnce = 16;

/**
 * Rows φ(Q)S / φ(Q)z: each tile of queries reads the state up to the chunk that its first query ends in, and adds the
 * keys from there on one by one. Workgroups: x tiles of queries; y batch entries by heads; z blocks of e.
 */
export function readShader(code: LinearCode): Shader {
  const { d, e, types, denominators, title } = code;
  const bindings: readonly Binding[] = [
    sizesBinding,
    { name: "query", kind: "read", type: arrayType(types.query, d) },
    ...keyBindings(code, true),
    reachBinding(code.reachLength),
    { name: "states", kind: "read", type: "array<vec4f>" },
    { name: "output", kind: "write", type: writtenType(types.query, e) },
    ...(denominators ? [{ name: "denominators", kind: "write", type: "array<f32>" } as const] : []),
  ];
  const slice = sliceOf(d);
  const slices = slicesOf(d);
  const block = blockOf(e);
  const step = Math.max(slice, block + 1) + 1;
  const rows = Array.from({ length: readQueries / lanes }, (_, at) => at);
  const columns = Array.from({ length: Math.ceil(block / lanes) }, (_, at) => at);
  const cells = (line: (r: number, c: number) => string) =>
    rows.flatMap((r) => columns.map((c) => line(r, c))).join("\n");
  const column = (c: number) => `min(columnLane + ${lanes * c}u, ${block - 1}u)`;
  const stageQueries = `    for (var at = thread; at < ${readQueries * slice}u; at += ${threads}u) {
      let line = at / ${slice}u;
      let four = firstFour + at % ${slice}u;
      var features = vec4f();
      if (firstQuery + line < sizes.queries && four < ${fours(d)}u) {
        features = phi(queryAt(place.y * sizes.queries + firstQuery + line, four), four);
      }
      queryTile[line * ${slice + 1}u + at % ${slice}u] = features;
    }`;
  const values = (four: string) => `select(firstColumn + ${four}, ${fours(e)}u, ${four} == ${block}u)`;
  const text = `// linear attention
${reachStruct}
${sizesStruct}
${declare(bindings)}
var<workgroup> queryTile: array<vec4f, ${readQueries * (slice + 1)}>;
var<workgroup> lineTile: array<vec4f, ${linesAtOnce * step}>;
var<workgroup> scores: array<f32, ${readQueries * (linesAtOnce + 1)}>;
${readFours("query", types.query, d)}
${linearFunctions(code, true)}
${writeFours("output", types.query, e)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rowLane = thread / ${lanes}u;
  let columnLane = thread % ${lanes}u;
  let batch = place.y / sizes.heads;
  let head = place.y % sizes.heads;
  let keyHead = head / (sizes.heads / sizes.keyHeads);
  let firstColumn = place.z * ${block}u;
  let firstQuery = place.x * ${readQueries}u;
  let seen = reach[batch];
  let begin = visible(batch, firstQuery);
  let lastQuery = min(firstQuery + ${readQueries}u, min(sizes.queries, u32(max(0, seen.queries))));
  var end = begin;
  if (lastQuery > firstQuery) {
    end = visible(batch, lastQuery - 1u);
  }
  let whole = begin >= u32(seen.keys);
  let chunk = select(begin / sizes.tilesPerSplit, sizes.keyTiles, whole);
  let firstKey = select(chunk * sizes.tilesPerSplit, end, whole);
  let stateBase = ((batch * sizes.keyHeads + keyHead) * (sizes.keyTiles + 1u) + chunk) * ${d}u;
${rows.map((r) => `  let row${r} = rowLane + ${lanes * r}u;\n  let seen${r} = visible(batch, firstQuery + row${r});\n  var total${r} = 0.0;`).join("\n")}
${cells((r, c) => `  var sum${r}_${c} = vec4f();`)}
  for (var slice = 0u; slice < ${slices}u; slice += 1u) {
    let firstFour = slice * ${slice}u;
    workgroupBarrier();
${stageQueries}
    if (chunk > 0u) {
      for (var start = 0u; start < ${4 * slice}u && 4u * firstFour + start < ${d}u; start += ${linesAtOnce}u) {
        workgroupBarrier();
        for (var at = thread; at < ${linesAtOnce * (block + 1)}u; at += ${threads}u) {
          let line = 4u * firstFour + start + at / ${block + 1}u;
          let four = at % ${block + 1}u;
          var sums = vec4f();
          if (line < ${d}u && start + at / ${block + 1}u < ${4 * slice}u && (four == ${block}u || firstColumn + four < ${fours(e)}u)) {
            sums = states[(stateBase + line) * ${stateStep(e)}u + ${values("four")}];
          }
          lineTile[(at / ${block + 1}u) * ${step}u + four] = sums;
        }
        workgroupBarrier();
        for (var line = 0u; line < ${linesAtOnce}u; line += 4u) {
          let four = min((start + line) / 4u, ${slice - 1}u);
${rows.map((r) => `          let q${r} = queryTile[row${r} * ${slice + 1}u + four];`).join("\n")}
${[0, 1, 2, 3]
  .map(
    (part) => `          let z${part} = lineTile[(line + ${part}u) * ${step}u + ${block}u].x;
${columns.map((c) => `          let s${part}_${c} = lineTile[(line + ${part}u) * ${step}u + ${column(c)}];`).join("\n")}
${rows.map((r) => `          total${r} += q${r}[${part}] * z${part};`).join("\n")}
${cells((r, c) => `          sum${r}_${c} += q${r}[${part}] * s${part}_${c};`)}`,
  )
  .join("\n")}
        }
      }
    }
  }
  for (var start = firstKey; start < end; start += ${linesAtOnce}u) {
${rows.map((r) => `    var first${r} = 0.0;\n    var second${r} = 0.0;`).join("\n")}
    for (var slice = 0u; slice < ${slices}u; slice += 1u) {
      let firstFour = slice * ${slice}u;
      workgroupBarrier();
${slices === 1 ? "" : stageQueries}
      for (var at = thread; at < ${linesAtOnce * slice}u; at += ${threads}u) {
        lineTile[(at / ${slice}u) * ${step}u + at % ${slice}u] = keyFeatures(batch, keyHead, start + at / ${slice}u, firstFour + at % ${slice}u, end);
      }
      workgroupBarrier();
      for (var four = 0u; four < ${slice}u; four += 1u) {
        let left = lineTile[columnLane * ${step}u + four];
        let right = lineTile[(columnLane + ${lanes}u) * ${step}u + four];
${rows.map((r) => `        let q${r} = queryTile[row${r} * ${slice + 1}u + four];\n        first${r} += dot(q${r}, left);\n        second${r} += dot(q${r}, right);`).join("\n")}
      }
    }
${rows
  .map(
    (
      r,
    ) => `    scores[row${r} * ${linesAtOnce + 1}u + columnLane] = select(0.0, first${r}, start + columnLane < seen${r});
    scores[row${r} * ${linesAtOnce + 1}u + columnLane + ${lanes}u] = select(0.0, second${r}, start + columnLane + ${lanes}u < seen${r});`,
  )
  .join("\n")}
    workgroupBarrier();
    for (var at = thread; at < ${linesAtOnce * block}u; at += ${threads}u) {
      let four = firstColumn + at % ${block}u;
      var value = vec4f();
      if (four < ${fours(e)}u) {
        value = extendedValue(batch, keyHead, start + at / ${block}u, four, end);
      }
      lineTile[(at / ${block}u) * ${step}u + at % ${block}u] = value;
    }
    workgroupBarrier();
    for (var line = 0u; line < min(${linesAtOnce}u, end - start); line += 1u) {
${columns.map((c) => `      let v${c} = lineTile[line * ${step}u + ${column(c)}];`).join("\n")}
${rows
  .map(
    (r) => `      if (start + line < seen${r}) {
        let w${r} = scores[row${r} * ${linesAtOnce + 1}u + line];
        total${r} += w${r};
${columns.map((c) => `        sum${r}_${c} += w${r} * v${c};`).join("\n")}
      }`,
  )
  .join("\n")}
    }
  }
${rows
  .map(
    (r) => `  if (firstQuery + row${r} < sizes.queries) {
    let row = place.y * sizes.queries + firstQuery + row${r};
    let nothing = total${r} == 0.0 || seen${r} == 0u;
${columns
  .map(
    (c) => `    if (columnLane + ${lanes * c}u < ${block}u && firstColumn + columnLane + ${lanes * c}u < ${fours(e)}u) {
      outputPut(row, firstColumn + columnLane + ${lanes * c}u, select(sum${r}_${c} / total${r}, vec4f(), vec4<bool>(nothing)));
    }`,
  )
  .join("\n")}
${denominators ? `    if (place.z == 0u && columnLane == 0u) {\n      denominators[row] = select(total${r}, 0.0, nothing);\n    }` : ""}
  }`,
  )
  .join("\n")}
}
`;
  return { code: text.replace(/\n(?:\s*\n)+/g, "\n"), bindings: bindings.map(({ kind }) => kind), title };
}
