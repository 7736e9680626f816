/** The page's side: the cpu backend and onnxruntime-web in one page, on the same numbers. */
import { createCpuBackend } from "@xattn/cpu";
import { problemOf } from "../../inputs/problem.ts";
import { pickRows, referenceRows } from "../../measure/reference-rows.ts";
import { matmulSoftmaxMatmul, onnxAttention } from "../../onnx/forms.ts";
import { type OnnxRuntime, prepareSession } from "../../onnx/session.ts";
import type { PreparedPeer } from "../../peer.ts";
import { type AttentionShape, shapeOf } from "../../shape/shape.ts";
import { toAttentionProblem } from "../../xattn/attention-problem.ts";

type Problem = ReturnType<typeof problemOf>;

async function ours(problem: Problem, threads: number): Promise<PreparedPeer> {
  const backend = await createCpuBackend({ threads });
  await backend.ready();
  if (backend.threads !== threads) throw new Error(`threads: ${backend.threads} of ${threads} are there`);
  const attention = toAttentionProblem(problem, (shape) => backend.tensor(shape));
  const { heads, n, e } = problem.shape;
  const into = backend.tensor([1, heads, n, e]);
  return {
    run: () => void backend.attention(attention, {}, { into }),
    output: () => into.data,
    dispose: () => backend.dispose(),
  };
}

/** The number of threads is set for good when the first session opens, so a page computes with one number only. */
async function onnxruntime(problem: Problem, threads: number): Promise<PreparedPeer> {
  const url = "/ort/ort.wasm.min.mjs";
  const runtime = (await import(url)) as OnnxRuntime & { readonly env: { readonly wasm: { numThreads: number } } };
  runtime.env.wasm.numThreads = threads;
  const { n, m, d } = problem.shape;
  // The fused operator counts a head's work in 32 bits.
  const form = 2 * n * m * d < 2 ** 31 ? onnxAttention : matmulSoftmaxMatmul;
  return prepareSession(runtime, form(problem), { executionProviders: ["wasm"] }, false);
}

const libraries = { xattn: ours, "ort-web": onnxruntime } as const;
type Library = keyof typeof libraries;

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let index = 0; index < expected.length; index += 1) {
    difference += (actual[index]! - expected[index]!) ** 2;
    norm += expected[index]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

async function errorOf(prepared: PreparedPeer, problem: Problem): Promise<number> {
  const { heads, n, e } = problem.shape;
  const { rows, output } = referenceRows(problem, 1);
  await prepared.run();
  return relativeError(pickRows(await prepared.output(), heads, n, e, rows), output);
}

/** ‖out − ref‖ / ‖ref‖ of the cpu backend at a shape. */
async function error(shape: AttentionShape, threads: number): Promise<number> {
  const problem = problemOf(shape, 3);
  const prepared = await ours(problem, threads);
  const found = await errorOf(prepared, problem);
  await prepared.dispose();
  return found;
}

interface Timing {
  readonly milliseconds: number;
  readonly error: number;
}

/** Medians of both libraries, called by turns; a call is repeated until a sample lasts 20 ms, as clocks of pages are coarse. */
async function timings(name: string, threads: number, rounds: number): Promise<Readonly<Record<string, Timing>>> {
  const problem = problemOf(shapeOf(name), 1);
  const arms = [];
  for (const library of Object.keys(libraries) as Library[]) {
    const prepared = await libraries[library](problem, threads);
    const wrong = await errorOf(prepared, problem);
    for (let warm = 0; warm < 3; warm += 1) await prepared.run();
    arms.push({ library, prepared, error: wrong, samples: [] as number[] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { prepared, samples } of round % 2 === 0 ? arms : [...arms].reverse()) {
      // Threads of onnxruntime spin for a while after a call, on a core that is the other's by then.
      await new Promise((resolve) => setTimeout(resolve, 60));
      const start = performance.now();
      let calls = 0;
      do {
        await prepared.run();
        calls += 1;
      } while (performance.now() - start < 20);
      samples.push((performance.now() - start) / calls);
    }
  }
  const found: Record<string, Timing> = {};
  for (const { library, prepared, error: wrong, samples } of arms) {
    samples.sort((left, right) => left - right);
    found[library] = { milliseconds: samples[samples.length >> 1]!, error: wrong };
    await prepared.dispose();
  }
  return found;
}

Object.assign(globalThis, { page: { error, timings, isolated: () => crossOriginIsolated } });
