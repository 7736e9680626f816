import { describe } from "vitest";
import type { GpuBackend } from "../backend/backend.ts";
import { NoAdapterError } from "../errors/errors.ts";
import { openAny } from "./any-adapter.ts";

/** Without any adapter, tests are skipped aloud; under CI=true that is a failure. */
async function openBackend(): Promise<GpuBackend | undefined> {
  try {
    return await openAny();
  } catch (error) {
    if (!(error instanceof NoAdapterError) || process.env.CI === "true") throw error;
    console.warn(`SKIPPED, since there is ${error.message}`);
    return undefined;
  }
}

export const gpu = await openBackend();

/** `describe` where there is a device. */
export const describeOnDevice = describe.skipIf(!gpu);

/** The backend of this file's tests, which end it. */
export function backend(): GpuBackend {
  if (!gpu) throw new Error("there is no device; the test should have been skipped");
  return gpu;
}
