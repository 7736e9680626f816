import { exactKernels } from "./compute.ts";
import { type CpuOptions, type ForwardBackend, openBackend } from "./open.ts";

/**
 * `createCpuBackend` with exact attention, forward, and nothing else, for pages that count kilobytes: linear attention,
 * top-k and derivatives stay out of the bundle, and are refused.
 *
 * @throws ArgumentError when the engine does not have WebAssembly with SIMD, or an option is out of range
 */
export async function createExactBackend(options: CpuOptions = {}): Promise<ForwardBackend> {
  return openBackend(exactKernels, options).backend;
}
