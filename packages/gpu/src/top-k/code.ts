import { fours, lanes, threads } from "../plan/tile.ts";
import type { AttentionCode, RunTables } from "../wgsl/attention.ts";
import { logSumExpBits, readBindings, withSink } from "../wgsl/attention.ts";
import { type Binding, declare } from "../wgsl/bindings.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { floor, keyRows, type ScoreCode, scoreFunctions } from "../wgsl/score.ts";
import { sizesStruct } from "../wgsl/sizes.ts";
import { type DeviceDType, readFours, writeFours, writtenType } from "../wgsl/storage.ts";

/** Queries of a workgroup, and keys that it takes at a time. */
export const rowsAtOnce = lanes;
export const keysAtOnce = 32;
const sliceMost = 8;

export interface TopKCode extends ScoreCode, Pick<AttentionCode, "e" | "value" | "pastValue" | "sinks" | "title"> {
  readonly runs?: RunTables;
  readonly output: DeviceDType;
  readonly logSumExp: boolean;
  readonly weights: boolean;
  readonly k: number;
  /** Places for candidates of a row: k and at least those of one more tile. */
  readonly places: number;
}

const sliceOf = (d: number) => Math.min(sliceMost, fours(d));

/** Bytes of workgroup memory beside the candidates. */
const fixedBytes = (d: number) => 16 * (keysAtOnce + rowsAtOnce) * (sliceOf(d) + 1) + 8 * rowsAtOnce + 64;
const placeBytes = 8 * rowsAtOnce;

/** Largest k whose candidates fit in so many bytes of workgroup memory. */
export function mostKept(d: number, bytes: number): number {
  return Math.floor((bytes - fixedBytes(d)) / placeBytes) - keysAtOnce;
}

/** Places for candidates: twice k where they fit, so that the best are sought less often. */
export function placesFor(k: number, d: number, bytes: number): number {
  const wanted = k + Math.max(keysAtOnce, Math.min(k, 3 * keysAtOnce));
  return Math.min(wanted, Math.floor((bytes - fixedBytes(d)) / placeBytes));
}

/**
 * The k largest logits of each row in one pass over keys: a row keeps candidates in workgroup memory, takes in only
 * what exceeds the kth largest so far, and casts out the rest when its places are full. Of equal logits the earlier key
 * is kept. Values are read for the keys that remain alone. Workgroups: x tiles of 8 queries; y batch entries by heads.
 */
export function topKShader(code: TopKCode): Shader {
  const { d, e, k, places, runs, condition, logSumExp, weights, sinks, title } = code;
  const bindings = topKBindings(code);
  const slice = sliceOf(d);
  const slices = Math.ceil(fours(d) / slice);
  const step = slice + 1;
  const keys = Array.from({ length: keysAtOnce / lanes }, (_, at) => at);
  const held = Math.ceil(places / lanes);
  const stage = (tile: string, lines: number, value: string) => `
        for (var at = thread; at < ${lines * slice}u; at += ${threads}u) {
          let line = at / ${slice}u;
          let four = slice * ${slice}u + at % ${slice}u;
          var value = vec4f();
          if (four < ${fours(d)}u) {
            ${value}
          }
          ${tile}[line * ${step}u + at % ${slice}u] = value;
        }`;
  const text = `// top ${k}
${sizesStruct}
${declare(bindings)}
const FLOOR = ${floor};
var<workgroup> queryTile: array<vec4f, ${rowsAtOnce * step}>;
var<workgroup> keyTile: array<vec4f, ${keysAtOnce * step}>;
var<workgroup> candidates: array<f32, ${rowsAtOnce * places}>;
var<workgroup> candidateKeys: array<u32, ${rowsAtOnce * places}>;
var<workgroup> counts: array<atomic<u32>, ${rowsAtOnce}>;
var<workgroup> fullest: u32;
var<private> heldLogits: array<f32, ${held}>;
var<private> heldKeys: array<u32, ${held}>;
var<private> ranks: array<u32, ${held}>;
${scoreFunctions(code)}
${readFours("value", code.value, e)}
${code.pastValue ? readFours("pastValue", code.pastValue, e) : ""}
${keyRows("value", code.pastValue !== undefined)}
${writeFours("output", code.output, e)}
// Leaves a row's k best candidates, the best first.
fn select_best(row: u32, lane: u32) {
  let count = atomicLoad(&counts[row]);
  for (var c = 0u; c < ${held}u; c += 1u) {
    let at = lane + ${lanes}u * c;
    if (at < count) {
      let logit = candidates[row * ${places}u + at];
      let key = candidateKeys[row * ${places}u + at];
      var rank = 0u;
      for (var other = 0u; other < count; other += 1u) {
        let beside = candidates[row * ${places}u + other];
        let before = candidateKeys[row * ${places}u + other] < key;
        rank += select(0u, 1u, beside > logit || (beside == logit && before));
      }
      heldLogits[c] = logit;
      heldKeys[c] = key;
      ranks[c] = rank;
    }
  }
  workgroupBarrier();
  for (var c = 0u; c < ${held}u; c += 1u) {
    if (lane + ${lanes}u * c < count && ranks[c] < ${k}u) {
      candidates[row * ${places}u + ranks[c]] = heldLogits[c];
      candidateKeys[row * ${places}u + ranks[c]] = heldKeys[c];
    }
  }
  if (lane == 0u) {
    atomicStore(&counts[row], min(count, ${k}u));
  }
  workgroupBarrier();
}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = thread / ${lanes}u;
  let lane = thread % ${lanes}u;
  let batch = place.y / sizes.heads;
  let head = place.y % sizes.heads;
  let keyHead = head / (sizes.heads / sizes.keyHeads);
  let firstQuery = place.x * ${rowsAtOnce}u;
  let query = firstQuery + row;
  let queryRow = place.y * sizes.queries;
  // The kth largest so far; keys come in their order, so that an equal one is too late.
  var least = FLOOR;
  if (lane == 0u) {
    atomicStore(&counts[row], 0u);
  }
${openTiles(runs)}
    let firstKey = tile * ${keysAtOnce}u;
${keys.map((c) => `    var product${c} = 0.0;`).join("\n")}
    for (var slice = 0u; slice < ${slices}u; slice += 1u) {
      workgroupBarrier();
${stage("queryTile", rowsAtOnce, `if (firstQuery + line < sizes.queries) {\n              value = queryAt(queryRow + firstQuery + line, four);\n            }`)}
${stage("keyTile", keysAtOnce, "value = keyRowAt(batch, keyHead, firstKey + line, four);")}
      workgroupBarrier();
      for (var four = 0u; four < ${slice}u; four += 1u) {
        let q = queryTile[row * ${step}u + four];
${keys.map((c) => `        product${c} += dot(q, keyTile[(lane + ${lanes * c}u) * ${step}u + four]);`).join("\n")}
      }
    }
    var products = array<f32, ${keys.length}>(${keys.map((c) => `product${c}`).join(", ")});
    for (var c = 0u; c < ${keys.length}u; c += 1u) {
      let key = firstKey + lane + ${lanes}u * c;
      if (query < sizes.queries && key < sizes.keys${condition === undefined ? "" : " && (!isPartial || isAllowed(batch, head, query, key))"}) {
        let x = logitOf(products[c], batch, head, query, key);
        if (x > least) {
          let at = row * ${places}u + atomicAdd(&counts[row], 1u);
          candidates[at] = x;
          candidateKeys[at] = key;
        }
      }
    }
    workgroupBarrier();
    if (thread == 0u) {
      var most = 0u;
      for (var other = 0u; other < ${rowsAtOnce}u; other += 1u) {
        most = max(most, atomicLoad(&counts[other]));
      }
      fullest = most;
    }
    if (workgroupUniformLoad(&fullest) > ${places - keysAtOnce}u) {
      select_best(row, lane);
      if (atomicLoad(&counts[row]) == ${k}u) {
        least = candidates[row * ${places}u + ${k - 1}u];
      }
    }
${runs ? "    }\n" : ""}  }
  workgroupBarrier();
  select_best(row, lane);
  let count = atomicLoad(&counts[row]);
  var peak = FLOOR;
  if (count > 0u) {
    peak = candidates[row * ${places}u];
  }
  workgroupBarrier();
  for (var at = lane; at < count; at += ${lanes}u) {
    candidates[row * ${places}u + at] = exp(candidates[row * ${places}u + at] - peak);
  }
  workgroupBarrier();
  if (query < sizes.queries) {
    var total = 0.0;
    for (var at = 0u; at < count; at += 1u) {
      total += candidates[row * ${places}u + at];
    }
${withSink("peak", sinks?.("head + sizes.firstHead"))}
    let share = select(keep / total, 0.0, total == 0.0);
    for (var four = lane; four < ${fours(e)}u; four += ${lanes}u) {
      var sum = vec4f();
      for (var at = 0u; at < count; at += 1u) {
        let weight = candidates[row * ${places}u + at];
        if (weight != 0.0) {
          sum += weight * valueRowAt(batch, keyHead, candidateKeys[row * ${places}u + at], four);
        }
      }
      outputPut(queryRow + query, four, sum * share);
    }
${weights ? `    for (var at = lane; at < count; at += ${lanes}u) {\n      weights[(queryRow + query) * sizes.keys + candidateKeys[row * ${places}u + at]] = candidates[row * ${places}u + at] * share;\n    }` : ""}
${logSumExp ? `    if (lane == 0u) {\n      logSumExps[queryRow + query] = ${logSumExpBits};\n    }` : ""}
  }
}
`;
  return { code: text.replace(/\n(?:\s*\n)+/g, "\n"), bindings: bindings.map(({ kind }) => kind), title };
}

export function topKBindings(code: TopKCode): readonly Binding[] {
  const { e, output, logSumExp, weights } = code;
  return [
    ...readBindings(code),
    { name: "output", kind: "write", type: writtenType(output, e) },
    ...(logSumExp ? [{ name: "logSumExps", kind: "write", type: "array<u32>" } as const] : []),
    ...(weights ? [{ name: "weights", kind: "write", type: "array<f32>" } as const] : []),
  ];
}

function openTiles(runs: RunTables | undefined): string {
  if (!runs) return `  for (var tile = 0u; tile * ${keysAtOnce}u < sizes.keys; tile += 1u) {`;
  return `  let map = (batch + sizes.firstBatch) * ${runs.steps("0u")} + (head + sizes.firstHead) * ${runs.steps("1u")};
  let mapRow = map * ${runs.steps("2u")} + place.x;
  let lastRun = ${runs.starts("mapRow + 1u")};
  for (var run = ${runs.starts("mapRow")}; run < lastRun; run += 1u) {
    let isPartial = ${runs.runs("3u * run + 2u")} != 0u;
    let lastTile = ${runs.runs("3u * run + 1u")};
    for (var tile = ${runs.runs("3u * run")}; tile < lastTile; tile += 1u) {`;
}
