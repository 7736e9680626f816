import {
  ArgumentError,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  checkPlacement,
  convert,
  describeVariant,
  type Placement,
  type ProblemSizes,
  place,
  type SyncBackend,
  type Tensor,
  tensor,
  UnsupportedError,
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
import { createContext } from "./context.ts";
import { DisposedBackendError } from "./errors.ts";
import { exactAttention } from "./exact.ts";
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

/**
 * Starts a backend: picks the kernels for this engine and starts its threads, which keep no process from exiting.
 *
 * @throws ArgumentError when the engine does not have WebAssembly with SIMD, or an option is out of range
 */
export async function createCpuBackend(options: CpuOptions = {}): Promise<CpuBackend> {
  const threads = availableThreads(options.threads ?? 1);
  const memory = makeMemory();
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const engine = options.engine ? engineNamed(options.engine, shared) : chooseEngine(shared);
  const heap = createHeap(memory);
  const scratch = createScratch(heap);
  const pool = createPool({
    threads,
    memory,
    ...(options.stallSeconds !== undefined && { stallSeconds: options.stallSeconds }),
  });
  await pool.ready();
  const context = createContext(engine, heap, scratch, pool);
  let disposed = false;
  const tensors = new Map<number, number>();
  const requireAlive = () => {
    if (disposed) throw new DisposedBackendError();
  };

  return {
    name: "cpu",
    threads: pool.threads,
    engine: engine.name,
    peak: () => createPeak(engine),
    capabilities: {
      variants: ["standard", "chunked"],
      dtypes: ["float32", "float16", "bfloat16"],
      accumulate: "float32",
    },
    attention(problem, outputs = {}, placement = {}) {
      requireAlive();
      const sizes = validateProblem(problem);
      checkPlacement(problem, placement, problem.query.dtype);
      try {
        return compute(problem, sizes, outputs, placement);
      } finally {
        scratch.release();
      }
    },
    tensor(shape) {
      requireAlive();
      const count = shape.reduce((product, axis) => product * axis, 1);
      const address = heap.allocate(4 * count);
      rememberBuffer(memory);
      tensors.set(address, count);
      return tensor(shape, new Float32Array(memory.buffer, address, count));
    },
    release({ data }) {
      requireAlive();
      if (!tensors.delete(data.byteOffset) || !liesInside(context, { data } as Tensor)) {
        throw new ArgumentError("tensor: is not one that this backend made, or was released before");
      }
      heap.free(data.byteOffset);
    },
    scratchBytes: () => scratch.peakBytes,
    resetScratch: () => scratch.resetPeak(),
    dispose() {
      if (disposed) return;
      disposed = true;
      pool.dispose();
    },
  };

  function compute(
    problem: AttentionProblem,
    sizes: ProblemSizes,
    outputs: AttentionOutputs,
    placement: Placement,
  ): AttentionResult {
    const variant = problem.variant ?? { kind: "standard" };
    const { batch, heads, n, e } = sizes;
    const count = batch * heads * n * e;
    if (variant.kind !== "standard" && variant.kind !== "chunked") {
      throw new UnsupportedError(
        `variant: the cpu backend does not compute ${describeVariant(variant)}; use the plain backend`,
      );
    }
    const { into } = placement;
    const inside = into?.dtype === "float32" && liesInside(context, into);
    const output = inside ? into.data.byteOffset : scratch.take(4 * count);
    const rest = exactAttention(context, problem, sizes, outputs, output);
    const path = `cpu/${describeVariant(variant)}, ${engine.name}, ${pool.active} of ${pool.threads} threads`;
    if (inside) return { output: into, ...rest, path };
    const own = tensor([batch, heads, n, e], context.float32.slice(output / 4, output / 4 + count));
    const { dtype } = problem.query;
    return place({ output: dtype === "float32" ? own : convert(own, dtype), ...rest, path }, placement);
  }
}

function engineNamed(name: EngineName, shared: boolean) {
  const engine = engines.find((one) => one.name === name);
  if (!engine) {
    throw new ArgumentError(`engine: "${name}" is none of ${engines.map((one) => `"${one.name}"`).join(", ")}`);
  }
  if (!runs(engine, shared))
    throw new ArgumentError(`engine: "${name}" does not run here, or does not compute rightly`);
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
