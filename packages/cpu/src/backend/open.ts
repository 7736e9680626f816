import {
  ArgumentError,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  checkPlacement,
  type Placement,
  type SyncBackend,
  type Tensor,
  tensor,
  type Variant,
  validateProblem,
} from "@xattn/core";
import { chooseEngine, runs } from "../engine/choose.ts";
import { maximumPages } from "../engine/compile.ts";
import { type EngineName, engines } from "../engine/engine.ts";
import { createPeak, type Peak } from "../engine/peak.ts";
import { createHeap } from "../memory/heap.ts";
import { createScratch } from "../memory/scratch.ts";
import { availableThreads } from "../pool/host.ts";
import { createPool } from "../pool/pool.ts";
import { compute, type Kernels } from "./compute.ts";
import { type Context, createContext } from "./context.ts";
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

/** Attention by WebAssembly kernels, forward; float32 in and out. */
export interface ForwardBackend extends SyncBackend {
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
   * A float32 tensor in the kernels' memory: problems made of such tensors are computed without copies. It lives until
   * `release`; what it holds at first is not defined.
   *
   * @throws MemoryLimitError beyond 4 GiB in all
   */
  tensor(shape: readonly number[]): Tensor<"float32">;
  /** Gives a tensor's memory back. @throws ArgumentError when it is not one that `tensor` made, or was released */
  release(tensor: Tensor): void;
}

/** A backend, and what its further calls need. */
export interface OpenBackend {
  readonly backend: ForwardBackend;
  /** Does the work and gives its scratch memory back, also when it throws. @throws DisposedBackendError */
  run<Result>(work: (context: Context) => Result): Result;
}

/**
 * A backend of these kernels and no others: a bundler keeps what is named here.
 *
 * @throws ArgumentError when the engine does not have WebAssembly with SIMD, or an option is out of range
 */
export function openBackend(kernels: Kernels, options: CpuOptions): OpenBackend {
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
  const run = <Result>(work: (context: Context) => Result): Result => {
    const now = context();
    try {
      return work(now);
    } finally {
      now.scratch.release();
    }
  };

  const backend: ForwardBackend = {
    name: "cpu",
    threads,
    engine: engine.name,
    async ready() {
      await context().pool.ready();
    },
    peak: () => createPeak(engine),
    capabilities: {
      variants: Object.keys(kernels) as Variant["kind"][],
      dtypes: ["float32", "float16", "bfloat16"],
      accumulate: "float32",
    },
    attention(problem, outputs = {}, placement = {}) {
      return run((live) => {
        const sizes = validateProblem(problem);
        checkPlacement(problem, placement, problem.query.dtype);
        return compute(live, kernels, problem, sizes, outputs, placement);
      });
    },
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
  return { backend, run };
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
