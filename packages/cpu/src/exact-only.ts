/// <reference lib="dom" />

export { createExactBackend } from "./backend/exact-backend.ts";
export type { CpuOptions, ForwardBackend } from "./backend/open.ts";
