import { peerAccuracy, peerTime } from "@xattn/peers";
import { defineExperiment } from "@xattn/runner/define";

const sizes = ["S1", "S2", "S3", "S4"] as const;
const workloads = [
  "rt-1",
  "octo-small",
  "octo-base",
  "openvla",
  "pi-0",
  "roboflamingo-resampler",
  "roboflamingo-text",
  "act-one-camera",
  "act-four-cameras",
  "gr00t-n1",
  "detr",
  "grounding-dino-decoder",
  "vilbert",
] as const;

const peers = [
  "xattn",
  "xattn-copies",
  "xattn-plain",
  "ort-node-mha",
  "ort-node-attention",
  "ort-node-matmul",
  "ort-web",
  "jax-js",
  "tfjs-wasm",
  "tfjs-wasm-heads",
  "tfjs-cpu",
] as const;

/** On WebGPU, where "xattn" is this project's WGSL. */
const webgpuPeers = [
  "ort-webgpu-mha",
  "ort-webgpu-matmul",
  "ort-jsep-mha",
  "ort-jsep-matmul",
  "jax-js-webgpu",
  "tfjs-webgpu",
] as const;
const isWebgpuPeer = webgpuPeers.map((peer) => `datum.peer == '${peer}'`).join(" || ");
const isCpuPeer = peers
  .filter((peer) => peer !== "xattn")
  .map((peer) => `datum.peer == '${peer}'`)
  .join(" || ");
/** Sizes that a software adapter does in a second. */
const webgpuShapes = ["S1", "square", "causal-512"] as const;
const isWebgpuShape = webgpuShapes.map((shape) => `datum.shape == '${shape}'`).join(" || ");
const onlyWebgpuShape = "datum.shape == 'square' || datum.shape == 'causal-512'";

/** So that the name of the line at 1 stands where no mark is. */
const slowestFirst = [...peers, ...webgpuPeers].reverse();

const isNative = "indexof(datum.peer, 'ort-node-') == 0";
const isSize = [...sizes].map((shape) => `datum.shape == '${shape}'`).join(" || ");

function onWebgpu(name: string, shape: string, title: string, ratio: number) {
  return atLeast(
    name,
    `On WebGPU, every library that computes it right takes at least ${ratio} times as long as xattn at ${title}.`,
    `datum.backend == 'webgpu' && datum.peer != 'xattn' && datum.shape == '${shape}'`,
    ratio,
  );
}

/** A peer takes at least so many times as long as xattn. */
function atLeast(name: string, statement: string, where: string, ratio: number) {
  return { kind: "bound", name, statement, column: "timeRatio", where, atLeast: ratio } as const;
}

function native(threads: 1 | 2, shapes: readonly string[], ratio: number) {
  const where = shapes.map((shape) => `datum.shape == '${shape}'`).join(" || ");
  const count = threads === 1 ? "one thread" : "two threads";
  return atLeast(
    `onnxruntime-node-${threads === 1 ? "one" : "two"}-${shapes.join("-").toLowerCase()}`,
    ratio === 1
      ? `On ${count}, no operator of onnxruntime-node is faster than xattn at ${shapes.join(" and ")}.`
      : `On ${count}, every operator of onnxruntime-node takes at least ${ratio} times as long as xattn at ${shapes.join(" and ")}.`,
    `datum.threads == ${threads} && ${isNative} && (${where})`,
    ratio,
  );
}

function portable(name: string, peer: string, title: string, ratio: number) {
  return atLeast(
    name,
    `On one thread, ${title} takes at least ${ratio} times as long as xattn at S1 to S4.`,
    `datum.threads == 1 && datum.peer == '${peer}' && (${isSize})`,
    ratio,
  );
}

export default defineExperiment({
  name: "peers",
  title: "The same attention by other libraries",
  question: "How long does exact attention take in xattn, and how long in what one could install from npm instead?",
  axes: {
    // S1 is 100 × 20 with 8 heads, S2 576 × 77 with 12, S3 1024 × 1024 with 8, S4 4096 × 4096 with one, decode 1 × 4096
    // with 32 query heads over 8 of keys and values; all d = 64.
    // On WebGPU: S1, square, 256 × 256, and causal-512, 512 × 512 under a causal mask, both with 8 heads.
    shape: [...sizes, ...webgpuShapes.slice(1), "decode"],
    threads: [1, 2],
    backend: ["cpu"],
    peer: [...peers, ...webgpuPeers],
  },
  where: `datum.backend == 'webgpu' ? datum.threads == 1 && !(${isCpuPeer}) && (${isWebgpuShape}) : !(${isWebgpuPeer}) && !(${onlyWebgpuShape})`,
  profiles: {
    quick: {
      // At S3 and S4 tfjs without WebAssembly takes 5 s and more a call.
      where: "datum.peer != 'tfjs-cpu' || datum.shape == 'S1' || datum.shape == 'S2' || datum.shape == 'decode'",
      sampling: { budgetSeconds: 1, sampleMs: 10, minimumRounds: 5 },
    },
    full: {
      axes: { shape: [...sizes, ...webgpuShapes.slice(1), "decode", ...workloads] },
      sampling: { budgetSeconds: 5, sampleMs: 10, minimumRounds: 7 },
    },
  },
  deadlineSeconds: 300,
  measures: [peerTime(), peerAccuracy()],
  claims: [
    native(1, ["S1"], 1.5),
    native(1, ["S2"], 1.2),
    native(1, ["S3", "S4"], 1),
    native(2, ["S1"], 2),
    native(2, ["S2"], 1.2),
    native(2, ["S3", "S4"], 1),
    native(1, ["decode"], 1),
    native(2, ["decode"], 1),
    portable("onnxruntime-web", "ort-web", "onnxruntime-web", 4),
    portable("jax-js", "jax-js", "jax-js", 5),
    portable("tfjs-wasm", "tfjs-wasm", "tfjs on WebAssembly, in batched products,", 15),
    portable("tfjs-wasm-heads", "tfjs-wasm-heads", "tfjs on WebAssembly, head by head,", 2),
    {
      kind: "bound",
      name: "same-attention",
      statement: "All libraries compute the same attention, within 2·10⁻⁶ of float64.",
      column: "relativeError",
      where: "datum.backend == 'cpu'",
      atMost: 2e-6,
    },
    onWebgpu("webgpu-s1", "S1", "100 × 20", 1.5),
    onWebgpu("webgpu-square", "square", "256 × 256", 1.5),
    onWebgpu("webgpu-causal", "causal-512", "512 × 512 under a causal mask", 3),
    {
      kind: "bound",
      name: "webgpu-own-error",
      statement: "On WebGPU, xattn is within 2·10⁻⁶ of float64.",
      column: "relativeError",
      where: "datum.backend == 'webgpu' && datum.peer == 'xattn'",
      atMost: 2e-6,
    },
    {
      kind: "bound",
      name: "webgpu-same-attention",
      statement: "On WebGPU, every library computes attention, within 10⁻⁵ of float64.",
      column: "relativeError",
      where: "datum.backend == 'webgpu'",
      atMost: 1e-5,
    },
  ],
  charts: [
    {
      name: "time-ratio",
      title: "Time of other libraries relative to xattn",
      description:
        "Right of 1 a library takes longer than xattn at the same shape and threads; ratios of paired rounds.",
      mark: "point",
      filter: `datum.peer != 'xattn' && (${isSize} || ${onlyWebgpuShape} || datum.shape == 'decode')`,
      references: [{ channel: "x", value: 1, label: "xattn" }],
      encoding: {
        y: { field: "peer", type: "nominal", sort: slowestFirst, title: null },
        x: { field: "timeRatio", scale: { type: "log", base: 10 }, title: "time ÷ time of xattn" },
        color: { field: "threads", type: "nominal" },
        facet: { field: "shape", type: "nominal", columns: 2 },
      },
    },
    {
      name: "time",
      title: "Time of one attention",
      description: "Median with 95 % interval on a logarithmic scale.",
      mark: "point",
      filter: `${isSize} || ${onlyWebgpuShape}`,
      encoding: {
        y: { field: "peer", type: "nominal", sort: slowestFirst, title: null },
        x: { field: "time", scale: { type: "log", base: 10 }, title: "time of one attention" },
        color: { field: "threads", type: "nominal" },
        facet: { field: "shape", type: "nominal", columns: 2 },
      },
    },
    {
      name: "workload-ratio",
      title: "Time relative to xattn at the sizes of published models",
      description: "Right of 1 a library takes longer than xattn; the profile full has these shapes.",
      mark: "point",
      filter: `indexof(datum.peer, 'xattn') != 0 && datum.backend == 'cpu' && !(${isSize})`,
      references: [{ channel: "x", value: 1, label: "xattn" }],
      encoding: {
        y: { field: "shape", type: "nominal", sort: null, title: null },
        x: { field: "timeRatio", scale: { type: "log", base: 10 }, title: "time ÷ time of xattn" },
        color: { field: "peer", type: "nominal" },
        column: { field: "threads", type: "nominal" },
      },
    },
    {
      name: "error",
      title: "How far from float64",
      description: "Relative error of the output against attention in float64, at the inputs that are timed.",
      mark: "point",
      filter: `datum.threads == 1 && (${isSize} || ${onlyWebgpuShape})`,
      encoding: {
        y: { field: "peer", type: "nominal", sort: slowestFirst, title: null },
        x: { field: "relativeError", scale: { type: "log", base: 10 }, title: "relative error" },
        color: { field: "shape", type: "nominal" },
      },
    },
  ],
});
