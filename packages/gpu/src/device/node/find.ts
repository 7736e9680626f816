import { constants } from "node:os";
import { isMainThread } from "node:worker_threads";
import type { AdapterWish, FoundAdapter } from "../open.ts";
import { fetchCommand, importPackage, resolvePackage } from "./packages.ts";
import { softwareDriver } from "./software.ts";

interface WebGpuPackage {
  create(options: readonly string[]): GPU;
}

/**
 * Dawn frees an instance that the garbage collector takes, with its devices at work: the process then ends in a
 * segmentation fault. So each that was made is kept.
 */
const kept: GPU[] = [];

/** Dawn complains on standard error when there is no Vulkan at all; then it need not be asked. */
let hasVulkan: boolean | undefined;

/** Pipelines take seconds on SwiftShader when Dawn asks Vulkan, not the shader, to clear workgroup memory. */
const quickPipelines = "disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension";

/** An adapter of the package `webgpu`: the machine's, else a software one. Adds to `reasons` when there is none. */
export async function findNodeAdapter(wish: AdapterWish, reasons: string[]): Promise<FoundAdapter | undefined> {
  const main = resolvePackage("webgpu");
  if (main === undefined) {
    reasons.push(`the package webgpu is not installed (${fetchCommand})`);
    return undefined;
  }
  let webgpu: WebGpuPackage;
  try {
    webgpu = await importPackage<WebGpuPackage>(main);
  } catch (error) {
    reasons.push(`the package webgpu does not load: ${messageOf(error)}`);
    return undefined;
  }
  // Looked for before the software adapter's loader, which has the same name, comes in.
  hasVulkan ??= process.platform !== "linux" || preload("libvulkan.so.1");
  if (!wish.software && hasVulkan) {
    const adapter = await request(webgpu, [], wish.powerPreference);
    if (adapter) return { adapter, source: "webgpu" };
    reasons.push("the package webgpu finds no adapter on this machine");
  } else if (!wish.software) {
    reasons.push("this machine has no Vulkan");
  }
  try {
    const { manifest, loader } = softwareDriver();
    if (!preload(loader)) throw new Error(`${loader} does not load`);
    const adapter = await withDriver(manifest, () => request(webgpu, [quickPipelines], wish.powerPreference));
    if (adapter) return { adapter, source: "software" };
    // Only the main thread's environment is the process's own, which the Vulkan loader reads.
    reasons.push(`the software adapter does not start${isMainThread ? "" : " in a worker thread"}`);
  } catch (error) {
    reasons.push(messageOf(error));
  }
  return undefined;
}

async function request(
  { create }: WebGpuPackage,
  switches: readonly string[],
  powerPreference?: GPUPowerPreference,
): Promise<GPUAdapter | null> {
  const gpu = create(switches);
  kept.push(gpu);
  return gpu.requestAdapter(powerPreference && { powerPreference });
}

/** Whether a shared library loads; it then stays, and Dawn, which asks for it by name, gets this one. */
function preload(library: string): boolean {
  const stay = 0x1000;
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, library, RTLD_NOW | RTLD_GLOBAL | stay);
    return true;
  } catch (error) {
    // Node looks for an addon in it after it was loaded; there is none.
    return messageOf(error).includes("did not self-register");
  }
}

/** Points the Vulkan loader to one driver for as long as an adapter is looked for. */
async function withDriver<Result>(manifest: string, look: () => Promise<Result>): Promise<Result> {
  const names = ["VK_ICD_FILENAMES", "VK_DRIVER_FILES"] as const;
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = manifest;
  try {
    return await look();
  } finally {
    for (const [at, name] of names.entries()) {
      const value = before[at];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
