import { type AttentionProblem, type Backend, backendNames, createBackend, type Tensor } from "@xattn/core";
import { createCpuBackend } from "@xattn/cpu";
import { UnsupportedError } from "../contract/measure.ts";
import { openWebgpu } from "./webgpu.ts";

/** The backends that a cell can name: those of core, the WebAssembly kernels, and the WGSL kernels. */
export const measuredBackendNames = [...backendNames, "cpu", "webgpu"] as const;

export type MeasuredBackendName = (typeof measuredBackendNames)[number];

export interface BackendChoice {
  readonly backend: MeasuredBackendName;
  /** Threads of the cpu backend; the others have one. */
  readonly threads?: number | undefined;
}

/**
 * Opens a backend for a cell: one of its own, but for webgpu, whose device serves all cells of a process.
 *
 * @throws UnsupportedError when the cell asks for more threads than the backend has
 * @throws NoAdapterError of `@xattn/gpu` when there is no adapter
 */
export async function openBackend({ backend, threads = 1 }: BackendChoice): Promise<Backend> {
  if (backend === "cpu") {
    const opened = await createCpuBackend({ threads });
    await opened.ready();
    if (opened.threads === threads) return opened;
    opened.dispose();
    throw new UnsupportedError(`this engine runs ${opened.threads} of ${threads} threads`);
  }
  if (threads > 1) throw new UnsupportedError(`the ${backend} backend has one thread, not ${threads}`);
  if (backend === "webgpu") return openWebgpu();
  return createBackend(backend);
}

/** The problem with its inputs in the backend's own memory, where it has one, and a place for its output there. */
export function inMemoryOf(
  backend: Backend,
  problem: AttentionProblem,
): { readonly problem: AttentionProblem; readonly into: Tensor | undefined } {
  if (!backend.tensor || problem.query.dtype !== "float32") return { problem, into: undefined };
  const move = (source: Tensor): Tensor => {
    const moved = backend.tensor!(source.shape);
    moved.data.set(source.data as Float32Array);
    return moved;
  };
  const { query, key, value } = problem;
  return {
    problem: { ...problem, query: move(query), key: move(key), value: move(value) },
    into: backend.tensor([...query.shape.slice(0, 3), value.shape[3]!]),
  };
}

/**
 * Runs `work` with a backend and releases it, also when the work throws. A problem that the backend does not
 * compute becomes the contract's UnsupportedError.
 */
export async function withBackend<Result>(
  choice: BackendChoice,
  work: (backend: Backend) => Result | Promise<Result>,
): Promise<Result> {
  const backend = await openBackend(choice);
  try {
    return await work(backend);
  } catch (error) {
    throw translate(error);
  } finally {
    backend.dispose();
  }
}

export function translate(error: unknown): unknown {
  return error instanceof Error && error.name === "UnsupportedError" ? new UnsupportedError(error.message) : error;
}
