import type { Backend } from "@xattn/core";
import { createGpuBackend, type GpuBackend } from "@xattn/gpu";

let shared: Promise<GpuBackend> | undefined;

/**
 * The webgpu backend of this process, opened by the first cell that asks for it: a process has one device, which keeps
 * the shaders that were compiled for earlier cells and ends with the process. `dispose` of what this gives does nothing.
 *
 * @throws NoAdapterError of `@xattn/gpu` when there is no adapter
 */
export async function openWebgpu(): Promise<GpuBackend> {
  shared ??= createGpuBackend();
  try {
    const backend = await shared;
    return Object.create(backend, { dispose: { value: async () => {} } }) as GpuBackend;
  } catch (error) {
    shared = undefined;
    throw error;
  }
}

/** Whether a backend keeps tensors on a device. */
export function isWebgpu(backend: Backend): backend is GpuBackend {
  return backend.name === "webgpu" && "attend" in backend;
}
