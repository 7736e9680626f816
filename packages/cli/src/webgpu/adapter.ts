import { createGpuBackend, type GpuBackend, type GpuLimits } from "@xattn/gpu";
import { type Adapter, InputError } from "@xattn/runner";
import { fetchCommand, fetchWebgpu, isFetched } from "./fetch.ts";

/** The machine has no WebGPU adapter, so a run that asks for one cannot start. Nothing was run. */
export class AdapterError extends InputError {
  override readonly name = "AdapterError";
}

export interface FoundAdapter {
  readonly adapter: Adapter;
  /** Limits of the adapter, for `exp doctor`. */
  readonly limits: GpuLimits;
  /** Smallest and largest size of a subgroup, where the device tells it. */
  readonly subgroups: readonly [number, number] | undefined;
}

/** How a backend is opened; another way for tests. */
export type Open = () => Promise<GpuBackend>;

/**
 * The adapter that the webgpu backend computes on. What it takes is fetched on first use, with an announcement.
 *
 * @throws AdapterError that says what to do when there is none, FetchError when what it takes cannot be had
 */
export async function needAdapter(say: (line: string) => void, open: Open = createGpuBackend): Promise<FoundAdapter> {
  const first = await lookForAdapter(open);
  if (typeof first !== "string") return first;
  if (isFetched()) throw noAdapter(first);
  await fetchWebgpu(say);
  const second = await lookForAdapter(open);
  if (typeof second === "string") throw noAdapter(second);
  return second;
}

/** The adapter, or why there is none. */
export async function lookForAdapter(open: Open = createGpuBackend): Promise<FoundAdapter | string> {
  let gpu: GpuBackend;
  try {
    gpu = await open();
  } catch (error) {
    if (error instanceof Error && error.name === "NoAdapterError") return error.message;
    throw error;
  }
  try {
    const { limits, ...adapter } = gpu.adapterInfo();
    // TypeScript's declarations lag behind the specification here.
    const info = gpu.device.adapterInfo as { readonly subgroupMinSize?: number; readonly subgroupMaxSize?: number };
    const { subgroupMinSize: least, subgroupMaxSize: most } = info;
    return {
      adapter,
      limits,
      subgroups: least !== undefined && most !== undefined ? [least, most] : undefined,
    };
  } finally {
    await gpu.dispose();
  }
}

function noAdapter(reason: string): AdapterError {
  return new AdapterError(
    `${reason}. Leave webgpu out with backend=cpu, or give the machine an adapter: ${advice()}; exp doctor tells what it finds.`,
  );
}

/** What a person does to have an adapter. */
export function advice(): string {
  return isFetched()
    ? "install a driver for Vulkan, Metal or Direct3D 12 (the software adapter is for Linux on x64)"
    : `fetch WebGPU for Node and a software adapter with: ${fetchCommand}`;
}

/** What people are shown in place of the axis value: times of a software adapter say nothing of GPUs. */
export function backendLabels({
  software,
}: Adapter): { readonly backend: Readonly<Record<string, string>> } | undefined {
  return software ? { backend: { webgpu: "webgpu (software)" } } : undefined;
}
