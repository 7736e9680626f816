import { createGpuBackend, type GpuBackend } from "../backend/backend.ts";
import { defaultLimits } from "../device/limits.ts";

/** The same device with half of the workgroup memory, and with as few bindings as any device has. */
export function smallest(gpu: GpuBackend): Promise<GpuBackend> {
  const { maxComputeWorkgroupStorageSize, maxStorageBuffersPerShaderStage } = defaultLimits;
  return createGpuBackend({
    device: gpu.device,
    limits: { maxComputeWorkgroupStorageSize, maxStorageBuffersPerShaderStage, registerRows: false },
  });
}
