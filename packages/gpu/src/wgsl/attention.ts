import { fours, lanes, rowStep, type Tile, threads } from "../plan/tile.ts";
import { type Binding, declare, sizesBinding, tablesBinding } from "./bindings.ts";
import type { Shader } from "./pipelines.ts";
import { floor, keyRows, type ScoreCode, scoreFunctions } from "./score.ts";
import { sizesStruct } from "./sizes.ts";
import { arrayType, type DeviceDType, readFours, writeFours, writtenType } from "./storage.ts";

/** Where a mask's runs of tiles are found in the tables: WGSL for the words of each. */
export interface RunTables {
  /** Steps from one batch entry's map to the next, and from one head's to the next; rows of tiles in a map. */
  readonly steps: (index: string) => string;
  readonly starts: (index: string) => string;
  /** First tile of keys, the one after the last, and 1 where the tiles are partly allowed. */
  readonly runs: (index: string) => string;
}

export interface AttentionCode extends ScoreCode {
  readonly e: number;
  readonly value: DeviceDType;
  readonly pastValue?: DeviceDType;
  readonly tile: Tile;
  readonly runs?: RunTables;
  /** WGSL for a head's sink, by `index`. */
  readonly sinks?: (index: string) => string;
  /** Finished rows of this type, or sums that are merged with those over other keys. */
  readonly output: DeviceDType | "parts";
  readonly logSumExp: boolean;
  readonly title: string;
}

/** Fours of a row of sums: those of the output, then its largest logit and sum of exponentials. */
export const partStep = (e: number) => fours(e) + 1;

/**
 * Attention in one pass over keys: a workgroup holds some queries and their sums, and goes through tiles of keys, with
 * the online softmax of Milakov and Gimelshein 2018 (algorithm 3) in the order of Dao et al. 2022 (algorithm 1).
 *
 * Workgroups: x tiles of queries; y batch entries by heads; z splits of the keys by blocks of the output's columns.
 */
export function attentionShader(code: AttentionCode): Shader {
  const { d, e, tile, runs, condition, output, logSumExp } = code;
  const bindings = bindingsOf(code);
  const rows = range(tile.queries / lanes);
  const keys = range(tile.keys / lanes);
  const columns = range(Math.ceil(tile.block / lanes));
  const each = (lines: (row: number) => string) => rows.map(lines).join("\n");
  const text = `// attention
${sizesStruct}
${declare(bindings)}
const FLOOR = ${floor};
var<workgroup> queryTile: array<vec4f, ${tile.queries * rowStep(tile.slice)}>;
var<workgroup> keyValueTile: array<vec4f, ${tile.keys * rowStep(Math.max(tile.slice, tile.block))}>;
var<workgroup> weights: array<f32, ${tile.queries * (tile.keys + 1)}>;
var<workgroup> lanesOfRow: array<f32, ${tile.queries * lanes}>;
var<workgroup> strange: atomic<u32>;
${scoreFunctions(code)}
${readFours("value", code.value, e)}
${code.pastValue ? readFours("pastValue", code.pastValue, e) : ""}
${keyRows("value", code.pastValue !== undefined)}
${output === "parts" ? "" : writeFours("output", output, e)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rowLane = thread / ${lanes}u;
  let columnLane = thread % ${lanes}u;
  let batch = place.y / sizes.heads;
  let head = place.y % sizes.heads;
  let keyHead = head / (sizes.heads / sizes.keyHeads);
  let split = place.z / ${tile.blocks}u;
  let block = place.z % ${tile.blocks}u;
  let firstQuery = place.x * ${tile.queries}u;
  let queryRow = place.y * sizes.queries;
${each((r) => `  let row${r} = rowLane + ${lanes * r}u;\n  var peak${r} = FLOOR;\n  var total${r} = 0.0;`)}
${each((r) => columns.map((c) => `  var sum${r}_${c} = vec4f();`).join("\n"))}
${tile.slices === 1 ? stageQueries(tile, d, "0u") : ""}
  let firstTile = split * sizes.tilesPerSplit;
  let lastTile = min(firstTile + sizes.tilesPerSplit, sizes.keyTiles);
${openTiles(tile, runs)}
    let firstKey = tile * ${tile.keys}u;
${each((r) => keys.map((c) => `    var product${r}_${c} = 0.0;`).join("\n"))}
    if (thread == 0u) {
      atomicStore(&strange, 0u);
    }
    for (var slice = 0u; slice < ${tile.slices}u; slice += 1u) {
${tile.slices === 1 ? "" : stageQueries(tile, d, `slice * ${tile.slice}u`)}
${stage(tile.keys, tile.slice, rowStep(Math.max(tile.slice, tile.block)), (row, four) => `keyValueTile[place] = keyRowAt(batch, keyHead, firstKey + ${row}, slice * ${tile.slice}u + ${four});`, d, `slice * ${tile.slice}u`)}
      workgroupBarrier();
      for (var four = 0u; four < ${tile.slice}u; four += 1u) {
${each((r) => `        let q${r} = queryTile[row${r} * ${rowStep(tile.slice)}u + four];`)}
${keys.map((c) => `        let k${c} = keyValueTile[(columnLane + ${lanes * c}u) * ${rowStep(Math.max(tile.slice, tile.block))}u + four];`).join("\n")}
${each((r) => keys.map((c) => `        product${r}_${c} += dot(q${r}, k${c});`).join("\n"))}
      }${tile.slices === 1 ? "" : "\n      workgroupBarrier();"}
    }
${each((r) => keys.map((c) => `    weights[row${r} * ${tile.keys + 1}u + columnLane + ${lanes * c}u] = product${r}_${c};`).join("\n"))}
${each((r) => logits(r, tile, condition !== undefined))}
    workgroupBarrier();
${each((r) => exponentials(r, columns, tile))}
${stage(tile.keys, tile.block, rowStep(Math.max(tile.slice, tile.block)), (row, four) => `let value = valueRowAt(batch, keyHead, firstKey + ${row}, block * ${tile.block}u + ${four});\n        keyValueTile[place] = value;\n        if (any((bitcast<vec4u>(value) & vec4u(0x7f800000u)) == vec4u(0x7f800000u))) {\n          atomicStore(&strange, 1u);\n        }`, e, `block * ${tile.block}u`)}
    workgroupBarrier();
${sums(rows, columns, tile)}
    workgroupBarrier();
${runs ? "    }\n" : ""}  }
${each((r) => `  lanesOfRow[row${r} * ${lanes}u + columnLane] = total${r};`)}
  workgroupBarrier();
${each((r) => finish(r, columns, code))}
}
`;
  return { code: text.replace(/\n(?:\s*\n)+/g, "\n"), bindings: bindings.map(({ kind }) => kind), title: code.title };

  function finish(r: number, columns: readonly number[], { sinks }: AttentionCode): string {
    const four = (c: number) => `block * ${tile.block}u + columnLane + ${lanes * c}u`;
    const inside = (c: number) => `columnLane + ${lanes * c}u < ${tile.block}u && ${four(c)} < ${fours(e)}u`;
    return `  if (firstQuery + row${r} < sizes.queries) {
    let row = queryRow + firstQuery + row${r};
    var total = 0.0;
    for (var lane = 0u; lane < ${lanes}u; lane += 1u) {
      total += lanesOfRow[row${r} * ${lanes}u + lane];
    }
${
  output === "parts"
    ? `    let base = ((sizes.part + split) * sizes.rows + row) * ${partStep(e)}u;
${columns.map((c) => `    if (${inside(c)}) {\n      output[base + ${four(c)}] = sum${r}_${c};\n    }`).join("\n")}
    if (block == 0u && columnLane == 0u) {
      output[base + ${fours(e)}u] = vec4f(peak${r}, total, 0.0, 0.0);
    }`
    : `${withSink(`peak${r}`, sinks?.("head + sizes.firstHead"))}
    let share = select(keep / total, 0.0, total == 0.0);
${columns.map((c) => `    if (${inside(c)}) {\n      outputPut(row, ${four(c)}, sum${r}_${c} * share);\n    }`).join("\n")}
${logSumExp ? `    if (block == 0u && columnLane == 0u) {\n      logSumExps[row] = ${logSumExpBits};\n    }` : ""}`
}
  }`;
  }
}

/** Lets a sink, WGSL if there is one, take its part in `total`: `high` is the largest logit, `keep` what sums shrink by. */
export function withSink(peak: string, sink: string | undefined): string {
  if (sink === undefined) return `    let high = ${peak};\n    let keep = 1.0;`;
  return `    let sink = ${sink};
    let high = max(${peak}, sink);
    let keep = select(exp(${peak} - high), 0.0, ${peak} <= FLOOR);
    total = total * keep + exp(sink - high);`;
}

/** −∞ has no literal in WGSL; its bits do. */
export const logSumExpBits = "select(bitcast<u32>(high + log(total)), 0xff800000u, total == 0.0)";

/** What every kernel over a problem's queries and keys reads. */
export type ReadCode = Pick<
  AttentionCode,
  "d" | "e" | "query" | "key" | "value" | "pastKey" | "pastValue" | "bias" | "tables"
>;

export function readBindings(code: ReadCode): readonly Binding[] {
  const { d, e, query, key, value, pastKey, pastValue, bias, tables } = code;
  const read = (name: string, dtype: DeviceDType, width: number): Binding => ({
    name,
    kind: "read",
    type: arrayType(dtype, width),
  });
  return [
    sizesBinding,
    read("query", query, d),
    read("key", key, d),
    read("value", value, e),
    ...(pastKey ? [read("pastKey", pastKey, d)] : []),
    ...(pastValue ? [read("pastValue", pastValue, e)] : []),
    ...(bias ? [read("bias", bias, 1)] : []),
    ...(tables ? [tablesBinding] : []),
  ];
}

export function bindingsOf(code: AttentionCode): readonly Binding[] {
  const { e, output, logSumExp } = code;
  return [
    ...readBindings(code),
    { name: "output", kind: "write", type: output === "parts" ? "array<vec4f>" : writtenType(output, e) },
    ...(logSumExp ? [{ name: "logSumExps", kind: "write", type: "array<u32>" } as const] : []),
  ];
}

/** The loop over tiles of keys: all of them, or the runs that a mask leaves. */
export function openTiles(tile: Tile, runs: RunTables | undefined): string {
  if (!runs) return "  for (var tile = firstTile; tile < lastTile; tile += 1u) {";
  // Runs are counted in the whole problem, tiles from the first key at hand.
  return `  let map = (batch + sizes.firstBatch) * ${runs.steps("0u")} + (head + sizes.firstHead) * ${runs.steps("1u")};
  let mapRow = map * ${runs.steps("2u")} + place.x + sizes.firstQuery / ${tile.queries}u;
  let tilesBefore = sizes.firstKey / ${tile.keys}u;
  let lastRun = ${runs.starts("mapRow + 1u")};
  for (var run = ${runs.starts("mapRow")}; run < lastRun; run += 1u) {
    let isPartial = ${runs.runs("3u * run + 2u")} != 0u;
    let openFrom = max(${runs.runs("3u * run")}, firstTile + tilesBefore) - tilesBefore;
    let openTo = min(max(${runs.runs("3u * run + 1u")}, tilesBefore) - tilesBefore, lastTile);
    for (var tile = openFrom; tile < openTo; tile += 1u) {`;
}

/** Threads together put rows of fours in workgroup memory: `put` writes row and four of the loop at `place`. */
function stage(
  rows: number,
  width: number,
  step: number,
  put: (row: string, four: string) => string,
  elements: number,
  first: string,
): string {
  // The last slice of a width may be cut off: what is beyond reads as 0.
  const whole = fours(elements) % width === 0;
  const guard = whole
    ? ""
    : `\n        if (${first} + four >= ${fours(elements)}u) {\n          keyValueTile[place] = vec4f();\n          continue;\n        }`;
  return `      for (var at = thread; at < ${rows * width}u; at += ${threads}u) {
        let line = at / ${width}u;
        let four = at % ${width}u;
        let place = line * ${step}u + four;${guard}
        ${put("line", "four")}
      }`;
}

function stageQueries(tile: Tile, d: number, first: string): string {
  return `      for (var at = thread; at < ${tile.queries * tile.slice}u; at += ${threads}u) {
        let line = at / ${tile.slice}u;
        let four = ${first} + at % ${tile.slice}u;
        var value = vec4f();
        if (firstQuery + line < sizes.queries && four < ${fours(d)}u) {
          value = queryAt(queryRow + firstQuery + line, four);
        }
        queryTile[line * ${rowStep(tile.slice)}u + at % ${tile.slice}u] = value;
      }`;
}

/** Makes logits of a row's products, and the largest of each thread's. */
function logits(r: number, tile: Tile, masked: boolean): string {
  return `    var top${r} = FLOOR;
    for (var c = 0u; c < ${tile.keys / lanes}u; c += 1u) {
      let key = firstKey + columnLane + ${lanes}u * c;
      let at = row${r} * ${tile.keys + 1}u + columnLane + ${lanes}u * c;
      var x = FLOOR;
      if (key < sizes.keys${masked ? ` && (!isPartial || isAllowed(batch, head, firstQuery + row${r}, key))` : ""}) {
        x = logitOf(weights[at], batch, head, firstQuery + row${r}, key);
      }
      weights[at] = x;
      top${r} = max(top${r}, x);
    }
    lanesOfRow[row${r} * ${lanes}u + columnLane] = top${r};`;
}

function exponentials(r: number, columns: readonly number[], tile: Tile): string {
  return `    let before${r} = peak${r};
    for (var lane = 0u; lane < ${lanes}u; lane += 1u) {
      peak${r} = max(peak${r}, lanesOfRow[row${r} * ${lanes}u + lane]);
    }
    let shrink${r} = select(exp(before${r} - peak${r}), 0.0, before${r} <= FLOOR);
    total${r} *= shrink${r};
${columns.map((c) => `    sum${r}_${c} *= shrink${r};`).join("\n")}
    for (var c = 0u; c < ${tile.keys / lanes}u; c += 1u) {
      let at = row${r} * ${tile.keys + 1}u + columnLane + ${lanes}u * c;
      let x = weights[at];
      let weight = select(exp(x - peak${r}), 0.0, x <= FLOOR);
      weights[at] = weight;
      total${r} += weight;
    }`;
}

/**
 * Adds the tile's weighted values. Where a value is NaN or infinite, weights of 0 are left out, so that what a row may
 * not look at does not reach it.
 */
function sums(rows: readonly number[], columns: readonly number[], tile: Tile): string {
  const step = rowStep(Math.max(tile.slice, tile.block));
  const loop = (add: (r: number) => string) => `      for (var key = 0u; key < ${tile.keys}u; key += 1u) {
${columns.map((c) => `        let v${c} = keyValueTile[key * ${step}u + ${columnAt(c, tile)}];`).join("\n")}
${rows.map((r) => `        let w${r} = weights[row${r} * ${tile.keys + 1}u + key];\n${add(r)}`).join("\n")}
      }`;
  const plus = (r: number, indent: string) => columns.map((c) => `${indent}sum${r}_${c} += w${r} * v${c};`).join("\n");
  return `    if (atomicLoad(&strange) == 0u) {
${loop((r) => plus(r, "        "))}
    } else {
${loop((r) => `        if (w${r} != 0.0) {\n${plus(r, "          ")}\n        }`)}
    }`;
}

/** A thread's column of the tile; lanes beyond the block's end read the last one, and throw it away. */
function columnAt(c: number, { block }: Tile): string {
  const column = `columnLane + ${lanes * c}u`;
  return lanes * (c + 1) <= block ? column : `min(${column}, ${block - 1}u)`;
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
