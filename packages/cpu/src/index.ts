/// <reference lib="dom" />
// WebAssembly is declared there: the sources are type-checked with the packages that import them.

export { type CpuBackend, createCpuBackend } from "./backend/backend.ts";
export { DisposedBackendError } from "./backend/errors.ts";
export type { CpuOptions, ForwardBackend } from "./backend/open.ts";
export { cpuEngine } from "./engine/choose.ts";
export type { EngineName } from "./engine/engine.ts";
export type { Peak } from "./engine/peak.ts";
export type { CpuJvpOptions, CpuTangents } from "./gradients/jvp.ts";
export type { GradientPlacement } from "./gradients/placement.ts";
export type { CpuGradients } from "./gradients/results.ts";
export type { CpuVjpOptions } from "./gradients/vjp.ts";
export { MemoryLimitError } from "./memory/errors.ts";
export { KernelError, ThreadLostError } from "./pool/errors.ts";
