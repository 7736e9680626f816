/** The limits that plans depend on; WebGPU's names and units. */
export interface GpuLimits {
  /** Bytes of workgroup memory. */
  readonly maxComputeWorkgroupStorageSize: number;
  /** Bytes of a buffer that a shader sees at once. */
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  /**
   * Hold rows in registers, not in workgroup memory: faster where that is no nearer than any other, as on a processor.
   * Absent: only on software adapters. It is no limit of WebGPU, but plans depend on it as on those.
   */
  readonly registerRows?: boolean;
}

/** What every WebGPU device has (WebGPU, section 3.6.2). */
export const defaultLimits: Omit<GpuLimits, "registerRows"> = {
  maxComputeWorkgroupStorageSize: 16_384,
  maxStorageBufferBindingSize: 134_217_728,
  maxBufferSize: 268_435_456,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupsPerDimension: 65_535,
};

export const limitNames = Object.keys(defaultLimits) as readonly (keyof typeof defaultLimits)[];

/** The smaller of each: what a device has, and what its user allows. */
export function tighterLimits(device: typeof defaultLimits, own: Partial<GpuLimits> = {}, software = false): GpuLimits {
  const limit = (name: keyof typeof defaultLimits) => Math.min(device[name], own[name] ?? Number.POSITIVE_INFINITY);
  return {
    maxComputeWorkgroupStorageSize: limit("maxComputeWorkgroupStorageSize"),
    maxStorageBufferBindingSize: limit("maxStorageBufferBindingSize"),
    maxBufferSize: limit("maxBufferSize"),
    maxStorageBuffersPerShaderStage: limit("maxStorageBuffersPerShaderStage"),
    maxComputeWorkgroupsPerDimension: limit("maxComputeWorkgroupsPerDimension"),
    registerRows: own.registerRows ?? software,
  };
}
