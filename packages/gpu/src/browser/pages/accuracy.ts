/** The page's side of the browser suite: attention by WebGPU against the float64 reference, in this page. */
import {
  type AttentionOutputs,
  type AttentionProblem,
  convert,
  createBackend,
  randomNormal,
  seededRandom,
  type Tensor,
  tensor,
  toFloat64,
} from "@xattn/core";
import { alibi, causal, softcap, window as windowMask } from "@xattn/masking";
import { createGpuBackend } from "../../index.ts";

const gpu = await createGpuBackend();
const reference = createBackend("reference");

/** Unit Gaussians; ragged sizes unless a case says otherwise. */
function draw(sizes: { n?: number; m?: number; d?: number; e?: number; heads?: number; keyHeads?: number } = {}) {
  const { n = 33, m = 65, d = 24, e = d, heads = 2, keyHeads = heads } = sizes;
  const random = seededRandom(11);
  return {
    query: randomNormal(random.fork("query"), [1, heads, n, d]),
    key: randomNormal(random.fork("key"), [1, keyHeads, m, d]),
    value: randomNormal(random.fork("value"), [1, keyHeads, m, e]),
  };
}

function inType(problem: AttentionProblem, dtype: "float16" | "bfloat16"): AttentionProblem {
  const narrow = (one: Tensor) => convert(one, dtype);
  return { ...problem, query: narrow(problem.query), key: narrow(problem.key), value: narrow(problem.value) };
}

interface Case {
  readonly problem: AttentionProblem;
  readonly outputs?: AttentionOutputs;
}

const plain = draw();
const cases: Readonly<Record<string, Case>> = {
  "ragged sizes": { problem: plain },
  "100 × 20, 8 heads of 64": { problem: draw({ n: 100, m: 20, d: 64, heads: 8 }) },
  "values wider than keys": { problem: draw({ d: 12, e: 40 }) },
  "grouped queries": { problem: draw({ heads: 6, keyHeads: 2 }) },
  "one query over many keys": { problem: draw({ n: 1, m: 2000, d: 16 }) },
  causal: { problem: { ...draw({ n: 70, m: 70 }), mask: causal() } },
  "rows that may look at nothing": { problem: { ...draw({ n: 60, m: 20 }), mask: windowMask(4, 4) } },
  "alibi and softcap": { problem: { ...draw({ heads: 8 }), modifiers: [alibi(8), softcap(5)] } },
  "a sink": { problem: { ...plain, sinks: tensor([2], new Float32Array([0.5, -1])) } },
  "weights and log-sum-exps": { problem: plain, outputs: { weights: true, logSumExp: true } },
  float16: { problem: inType(plain, "float16") },
  bfloat16: { problem: inType(plain, "bfloat16") },
};

function relativeError(actual: Tensor, expected: Tensor): number {
  const [left, right] = [toFloat64(actual), toFloat64(expected)];
  let [difference, norm] = [0, 0];
  for (const [index, wanted] of right.entries()) {
    difference += (left[index]! - wanted) ** 2;
    norm += wanted ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** ‖out − ref‖ / ‖ref‖, the largest of all that a case asks for. */
async function errorOf(name: string): Promise<number> {
  const { problem, outputs = {} } = cases[name]!;
  const actual = await gpu.attention(problem, outputs);
  const expected = reference.attention(problem, outputs);
  const errors = (["output", "weights", "logSumExp"] as const).flatMap((part) =>
    actual[part] ? [relativeError(actual[part], expected[part]!)] : [],
  );
  // A part that was asked for and is not there would make the error too small.
  if (errors.length !== 1 + Object.keys(outputs).length) return Number.NaN;
  // NaN if any is.
  return Math.max(...errors);
}

/** All cases at once, so that their shaders are compiled beside each other. */
async function errors(): Promise<Readonly<Record<string, number>>> {
  const names = Object.keys(cases);
  const found = await Promise.all(names.map(errorOf));
  return Object.fromEntries(names.map((name, index) => [name, found[index]!]));
}

Object.assign(globalThis, { page: { errors, adapter: () => gpu.adapterInfo(), isolated: () => crossOriginIsolated } });
