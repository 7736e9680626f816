import type { WasmFunction } from "../../assembler/function.ts";
import type { Engine } from "../../engine/engine.ts";
import { absorb } from "./absorb.ts";
import { accumulate } from "./accumulate.ts";
import { read } from "./read.ts";
import type { ScanShape } from "./shape.ts";

export function scanKernels(engine: Engine, shape: ScanShape): readonly WasmFunction[] {
  return [absorb(engine, shape), accumulate(engine, shape), read(engine, shape)];
}
