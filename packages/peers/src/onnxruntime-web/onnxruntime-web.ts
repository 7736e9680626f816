import { matmulSoftmaxMatmul, onnxAttention } from "../onnx/forms.ts";
import { type OnnxRuntime, prepareSession } from "../onnx/session.ts";
import type { Peer } from "../peer.ts";
import type { AttentionShape } from "../shape/shape.ts";
import { pinned } from "../vendor/folder.ts";
import { loadApart } from "../vendor/load.ts";
import { withoutLeakingWorker } from "./worker-global.ts";

interface WebRuntime extends OnnxRuntime {
  readonly env: { readonly wasm: { numThreads: number } };
}

/** The number of threads is set for good when the first session opens, so each number has a runtime of its own. */
const runtimes = new Map<number, WebRuntime>();

/**
 * onnxruntime compiled to WebAssembly. Attention of operator set 23 is its quickest form, by up to a quarter; where
 * that operator refuses the size, MatMul, Softmax and MatMul.
 */
export const onnxruntimeWeb: Peer = {
  name: "ort-web",
  title: "onnxruntime-web on WebAssembly, the operator Attention of ONNX operator set 23",
  versions: pinned("onnxruntime-web"),
  create(problem, threads) {
    const form = fitsAttention(problem.shape) ? onnxAttention : matmulSoftmaxMatmul;
    return withoutLeakingWorker(() =>
      prepareSession(runtimeFor(threads), form(problem), { executionProviders: ["wasm"] }, false),
    );
  },
};

function runtimeFor(threads: number): WebRuntime {
  const known = runtimes.get(threads);
  if (known) return known;
  const runtime = loadApart<WebRuntime>("onnxruntime-web", "onnxruntime-common");
  runtime.env.wasm.numThreads = threads;
  runtimes.set(threads, runtime);
  return runtime;
}

/** The fused operators count a head's work, 2·n·m·d, in a signed integer of the machine's size: 32 bits here. */
function fitsAttention({ n, m, d }: AttentionShape): boolean {
  return 2 * n * m * d < 2 ** 31;
}
