import {
  ArgumentError,
  type AttentionInputTangents,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  checkPlacement,
  type Placement,
  type SyncBackend,
  type Tensor,
  tensor,
  validateProblem,
} from "@xattn/core";
import { chooseEngine, runs } from "../engine/choose.ts";
import { maximumPages } from "../engine/compile.ts";
import { type EngineName, engines } from "../engine/engine.ts";
import { createPeak, type Peak } from "../engine/peak.ts";
import type { CpuJvpOptions, CpuTangents } from "../gradients/jvp.ts";
import type { CpuGradients } from "../gradients/results.ts";
import type { CpuVjpOptions } from "../gradients/vjp.ts";
import { createHeap } from "../memory/heap.ts";
import { createScratch } from "../memory/scratch.ts";
import { availableThreads } from "../pool/host.ts";
import { createPool } from "../pool/pool.ts";
import { compute } from "./compute.ts";
import { type Context, createContext } from "./context.ts";
import { jvp, vjp } from "./derivatives.ts";
import { DisposedBackendError } from "./errors.ts";
import { liesInside, rememberBuffer } from "./tensors.ts";

export interface CpuOptions {
  /** Threads including the caller's, 1 when absent. Fewer where workers cannot share memory. */
  readonly threads?: number;
  /** Kernels for one kind of engine, instead of the best that this one runs; for tests and comparisons. */
  readonly engine?: EngineName;
  /** Seconds after which a thread that does not come back is taken for lost; 30 when absent. */
  readonly stallSeconds?: number;
}

/** Attention by WebAssembly kernels; float32 in and out. */
export interface CpuBackend extends SyncBackend {
  /**
   * Resolves when all threads take part. Calls before that work, with those that do.
   *
   * @throws ThreadStartError when one cannot be started; the others take part
   */
  ready(): Promise<void>;
  /** Threads that take part, the caller's included. */
  readonly threads: number;
  /** Kind of kernels that were chosen for this engine. */
  readonly engine: EngineName;
  /** Multiply-adds in registers alone, one thread: what the kernels are measured against. */
  peak(): Peak;
  attention(problem: AttentionProblem, outputs?: AttentionOutputs, placement?: Placement): AttentionResult;
  /**
   * The vector-Jacobian product of `attention`, recomputing: memory linear in n + m.
   *
   * @param outputGradient [b, h, n, e]
   * @throws ShapeError, ArgumentError, MemoryLimitError when the problem or a gradient's shape is not sound
   * @throws UnsupportedError for top-k and entmax, float64 inputs, and a gradient by the weights of exact attention
   */
  vjp(problem: AttentionProblem, outputGradient: Tensor, options?: CpuVjpOptions): CpuGradients;
  /**
   * The Jacobian-vector product of `attention`.
   *
   * @param tangents directions in which the inputs move, each of its input's shape
   * @throws ShapeError, ArgumentError, MemoryLimitError when the problem or a tangent is not sound
   * @throws UnsupportedError for top-k and entmax, float64 inputs, and tangents of the weights of exact attention
   */
  jvp(
    problem: AttentionProblem,
    tangents: AttentionInputTangents,
    outputs?: AttentionOutputs,
    options?: CpuJvpOptions,
  ): CpuTangents;
  /**
   * A float32 tensor in the kernels' memory: problems made of such tensors are computed without copies. It lives until
   * `release`; what it holds at first is not defined.
   *
   * @throws MemoryLimitError beyond 4 GiB in all
   */
  tensor(shape: readonly number[]): Tensor<"float32">;
  /** Gives a tensor's memory back. @throws ArgumentError when it is not one that `tensor` made, or was released */
  release(tensor: Tensor): void;
}

/**
 * Starts a backend: picks the kernels for this engine and begins to start its threads, which keep no process from
 * exiting. `ready` waits for them.
 *
 * @throws ArgumentError when the engine does not have WebAssembly with SIMD, or an option is out of range
 */
export async function createCpuBackend(options: CpuOptions = {}): Promise<CpuBackend> {
  const wanted = availableThreads(options.threads ?? 1);
  const memory = makeMemory();
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const engine = options.engine ? engineNamed(options.engine, shared) : chooseEngine(shared);
  const heap = createHeap(memory);
  const pool = createPool({
    threads: wanted,
    memory,
    ...(options.stallSeconds !== undefined && { stallSeconds: options.stallSeconds }),
  });
  // Who does not ask hears of it by `path` alone: with fewer threads all still works.
  pool.ready().catch(() => {});
  const { threads } = pool;
  const tensors = new Set<number>();
  // Nothing else holds the memory: a backend that is disposed but still referred to must not keep gigabytes.
  let live: Context | undefined = createContext(engine, heap, createScratch(heap), pool);
  const context = (): Context => {
    if (!live) throw new DisposedBackendError();
    return live;
  };

  return {
    name: "cpu",
    threads,
    engine: engine.name,
    async ready() {
      await context().pool.ready();
    },
    peak: () => createPeak(engine),
    capabilities: {
      variants: ["standard", "chunked", "topK", "linear"],
      dtypes: ["float32", "float16", "bfloat16"],
      accumulate: "float32",
    },
    attention(problem, outputs = {}, placement = {}) {
      const live = context();
      const sizes = validateProblem(problem);
      checkPlacement(problem, placement, problem.query.dtype);
      return released(live, () => compute(live, problem, sizes, outputs, placement));
    },
    vjp: (problem, outputGradient, options) =>
      released(context(), (live) => vjp(live, problem, outputGradient, options)),
    jvp: (problem, tangents, outputs, options) =>
      released(context(), (live) => jvp(live, problem, tangents, outputs, options)),
    tensor(shape) {
      const { heap } = context();
      const count = shape.reduce((product, axis) => product * axis, 1);
      const address = heap.allocate(4 * count);
      rememberBuffer(heap.memory);
      tensors.add(address);
      return tensor(shape, new Float32Array(heap.memory.buffer, address, count));
    },
    release(tensor) {
      const { byteOffset } = tensor.data;
      if (!liesInside(context(), tensor) || !tensors.delete(byteOffset)) {
        throw new ArgumentError("tensor: is not one that this backend made, or was released before");
      }
      context().heap.free(byteOffset);
    },
    scratchBytes: () => context().scratch.peakBytes,
    resetScratch: () => context().scratch.resetPeak(),
    dispose() {
      live?.pool.dispose();
      live = undefined;
    },
  };
}

/** Does the work and gives its scratch memory back, also when it throws. */
function released<Result>(context: Context, work: (context: Context) => Result): Result {
  try {
    return work(context);
  } finally {
    context.scratch.release();
  }
}

function engineNamed(name: EngineName, shared: boolean) {
  const engine = engines.find((one) => one.name === name);
  if (!engine) {
    throw new ArgumentError(`engine: "${name}" is none of ${engines.map((one) => `"${one.name}"`).join(", ")}`);
  }
  if (!runs(engine, shared)) {
    throw new ArgumentError(`engine: "${name}" does not run here, or does not compute rightly`);
  }
  return engine;
}

/** Shared where the engine lets memory be shared, since shared memory grows without detaching the tensors in it. */
function makeMemory(): WebAssembly.Memory {
  const size = { initial: 2, maximum: maximumPages };
  try {
    return new WebAssembly.Memory({ ...size, shared: true });
  } catch {
    return new WebAssembly.Memory(size);
  }
}
