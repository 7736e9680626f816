export { type CpuBackend, type CpuOptions, type CpuPlacement, createCpuBackend } from "./backend/backend.ts";
export { DisposedBackendError } from "./backend/errors.ts";
export type { EngineName } from "./engine/engine.ts";
export { MemoryLimitError } from "./memory/errors.ts";
export { KernelError, ThreadLostError } from "./pool/errors.ts";
