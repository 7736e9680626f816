import { createGpuBackend, type GpuBackend } from "../backend/backend.ts";
import { NoAdapterError } from "../errors/errors.ts";

/** A backend on the software adapter, which is the same everywhere; else on what the machine has. */
export async function openAny(): Promise<GpuBackend> {
  // The kernels that GPUs run, and which a software adapter would not choose.
  const limits = { registerRows: false };
  try {
    return await createGpuBackend({ software: true, limits });
  } catch (error) {
    if (!(error instanceof NoAdapterError)) throw error;
    // Its reasons are the better ones where there is nothing else either.
    return createGpuBackend({ limits }).catch(() => {
      throw error;
    });
  }
}
