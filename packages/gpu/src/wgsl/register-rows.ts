import { fours, registerThreads } from "../plan/tile.ts";
import { type AttentionCode, bindingsOf, logSumExpBits, openTiles, partStep, withSink } from "./attention.ts";
import { declare } from "./bindings.ts";
import type { Shader } from "./pipelines.ts";
import { floor, keyRows, scoreFunctions } from "./score.ts";
import { sizesStruct } from "./sizes.ts";
import { readFours, writeFours } from "./storage.ts";

/**
 * Attention for devices whose workgroup memory is no faster than any other, as that of a processor: a thread holds some
 * rows of queries and their sums in registers and goes through the keys one by one, with the online softmax of
 * Milakov and Gimelshein 2018 (algorithm 3). Nothing is shared and nothing waits. Workgroups: as of `attentionShader`,
 * of 4 threads.
 */
export function registerRowsShader(code: AttentionCode): Shader {
  const { d, e, tile, runs, condition, output, logSumExp, sinks } = code;
  const bindings = bindingsOf(code);
  const rows = Array.from({ length: tile.queries / registerThreads }, (_, at) => at);
  const [wideD, wideE] = [fours(d), fours(e)];
  const each = (line: (r: number) => string) => rows.map(line).join("\n");
  const ofD = (line: (c: number) => string) => Array.from({ length: wideD }, (_, c) => line(c)).join("\n");
  const ofE = (line: (c: number) => string) => Array.from({ length: wideE }, (_, c) => line(c)).join("\n");
  const keyLine = code.pastKey ? "" : "      let line = (batch * sizes.keyHeads + keyHead) * sizes.keys + key;";
  const keyFour = (c: number) => (code.pastKey ? `keyRowAt(batch, keyHead, key, ${c}u)` : `keyAt(line, ${c}u)`);
  const valueFour = (c: number) => (code.pastValue ? `valueRowAt(batch, keyHead, key, ${c}u)` : `valueAt(line, ${c}u)`);
  const logit = (r: number) => {
    const product = Array.from({ length: wideD }, (_, c) => `dot(queries[${r * wideD + c}], k${c})`).join(" + ");
    const place = `batch, head, firstQuery + ${r}u, key`;
    const x = `logitOf(${product}, ${place})`;
    return condition === undefined ? x : `select(FLOOR, ${x}, !isPartial || isAllowed(${place}))`;
  };
  const text = `// attention, rows in registers
${sizesStruct}
${declare(bindings)}
const FLOOR = ${floor};
// Indexed by numbers that are known, but for their first and last use: near to registers, and quick to compile.
var<private> queries: array<vec4f, ${rows.length * wideD}>;
var<private> sums: array<vec4f, ${rows.length * wideE}>;
${scoreFunctions(code)}
${readFours("value", code.value, e)}
${code.pastValue ? readFours("pastValue", code.pastValue, e) : ""}
${keyRows("value", code.pastValue !== undefined)}
${output === "parts" ? "" : writeFours("output", output, e)}
fn queryFour(row: u32, query: u32, four: u32) -> vec4f {
  return queryAt(row + min(query, sizes.queries - 1u), four);
}
@compute @workgroup_size(${registerThreads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let batch = place.y / sizes.heads;
  let head = place.y % sizes.heads;
  let keyHead = head / (sizes.heads / sizes.keyHeads);
  let split = place.z;
  let firstQuery = place.x * ${tile.queries}u + thread * ${rows.length}u;
  let queryRow = place.y * sizes.queries;
${each((r) => `  var peak${r} = FLOOR;\n  var total${r} = 0.0;`)}
  for (var at = 0u; at < ${rows.length * wideD}u; at += 1u) {
    queries[at] = queryFour(queryRow, firstQuery + at / ${wideD}u, at % ${wideD}u);
  }
  for (var at = 0u; at < ${rows.length * wideE}u; at += 1u) {
    sums[at] = vec4f();
  }
  let firstTile = split * sizes.tilesPerSplit;
  let lastTile = min(firstTile + sizes.tilesPerSplit, sizes.keyTiles);
${openTiles(tile, runs)}
    let lastKey = min((tile + 1u) * ${tile.keys}u, sizes.keys);
    for (var key = tile * ${tile.keys}u; key < lastKey; key += 1u) {
${keyLine}
${ofD((c) => `      let k${c} = ${keyFour(c)};`)}
${each(
  (r) => `      let x${r} = ${logit(r)};
      let high${r} = max(peak${r}, x${r});
      let shrink${r} = select(exp(peak${r} - high${r}), 0.0, peak${r} <= FLOOR);
      let weight${r} = select(exp(x${r} - high${r}), 0.0, x${r} <= FLOOR);
      peak${r} = high${r};
      total${r} = total${r} * shrink${r} + weight${r};`,
)}
${ofE((c) => `      let v${c} = ${valueFour(c)};\n${each((r) => `      sums[${r * wideE + c}] = sums[${r * wideE + c}] * shrink${r} + select(weight${r} * v${c}, vec4f(), weight${r} == 0.0);`)}`)}
    }
${runs ? "    }\n" : ""}  }
${each(
  (r) => `  if (firstQuery + ${r}u < sizes.queries) {
    let row = queryRow + firstQuery + ${r}u;
    var total = total${r};
${
  output === "parts"
    ? `    let base = ((sizes.part + split) * sizes.rows + row) * ${partStep(e)}u;
    for (var four = 0u; four < ${wideE}u; four += 1u) {
      output[base + four] = sums[${r * wideE}u + four];
    }
    output[base + ${wideE}u] = vec4f(peak${r}, total, 0.0, 0.0);`
    : `${withSink(`peak${r}`, sinks?.("head + sizes.firstHead"))}
    let share = select(keep / total, 0.0, total == 0.0);
    for (var four = 0u; four < ${wideE}u; four += 1u) {
      outputPut(row, four, sums[${r * wideE}u + four] * share);
    }
${logSumExp ? `    logSumExps[row] = ${logSumExpBits};` : ""}`
}
  }`,
)}
}
`;
  return {
    code: text.replace(/\n(?:\s*\n)+/g, "\n"),
    bindings: bindings.map(({ kind }) => kind),
    title: `rows in registers: ${code.title}`,
  };
}
