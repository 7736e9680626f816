/// <reference lib="dom" />
// WebGPU is declared there: the sources are type-checked with the packages that import them.

export {
  createGpuBackend,
  type GpuAdapterInfo,
  type GpuBackend,
  type GpuMemory,
  type GpuOptions,
  type Timed,
} from "./backend/backend.ts";
export type { GpuAttentionProblem, GpuAttentionResult } from "./backend/on-device.ts";
export type { WorkCounts } from "./backend/recorder.ts";
export type { AnyTensor, GpuTensor } from "./backend/tensors.ts";
export type { DispatchTime } from "./backend/timer.ts";
export { defaultLimits, type GpuLimits } from "./device/limits.ts";
export {
  DeviceError,
  DeviceLostError,
  DisposedError,
  LimitError,
  NoAdapterError,
  ShaderError,
} from "./errors/errors.ts";
export { planVjp, type VjpPlan } from "./gradients/plan.ts";
export type { GpuGradients, GpuVjpOptions } from "./gradients/vjp.ts";
export type { GpuFeatureMap, GpuHostProblem, GpuVariant } from "./linear/problem.ts";
export type { Chunk } from "./plan/chunks.ts";
export { type AttentionWork, countWork } from "./plan/count.ts";
export { type AttentionPlan, planAttention } from "./plan/plan.ts";
export { printShader } from "./plan/print.ts";
export type { Tile } from "./plan/tile.ts";
export type { DeviceDType } from "./wgsl/storage.ts";
