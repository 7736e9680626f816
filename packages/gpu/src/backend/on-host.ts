import {
  ArgumentError,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  checkPlacement,
  elementCount,
  type Placement,
  type Tensor,
  zeros,
} from "@xattn/core";
import { compileProblem } from "../plan/compile.ts";
import { type AttentionPlan, planCall } from "../plan/plan.ts";
import { type Call, computeRows, pipelinesFor, rowChunks } from "./compute.ts";
import type { Recorder } from "./recorder.ts";
import { putBlock, type Ranges } from "./tensors.ts";

/** Computes with tensors of the host: copies them to the device in as many pieces as its limits ask, and back. */
export async function attendOnHost(
  recorder: Recorder,
  problem: AttentionProblem,
  outputs: AttentionOutputs,
  placement: Placement,
): Promise<AttentionResult> {
  const { session } = recorder;
  const compiled = compileProblem(problem, outputs, session.limits);
  const { sizes, types } = compiled;
  checkPlacement(problem, placement, types.query);
  checkHeld(problem);
  const { batch, heads, n, m, e } = sizes;
  const output = placement.into ?? zeros([batch, heads, n, e], types.query);
  const weights = outputs.weights ? zeros([batch, heads, n, m]) : undefined;
  const logSumExp = outputs.logSumExp ? zeros([batch, heads, n]) : undefined;
  const plan = planCall(compiled, problem, outputs, session.limits);
  const result = {
    output,
    ...(weights && { weights }),
    ...(logSumExp && { logSumExp }),
    path: pathOf(plan),
  };
  if (batch * heads * n === 0) return result;
  const pipelines = await pipelinesFor({ recorder, compiled, plan }, outputs);
  session.check();
  const tables = compiled.tables && recorder.upload(compiled.tables, "tables");
  const call: Call = { recorder, compiled, plan, problem, outputs, pipelines, tables };
  try {
    for (const rows of rowChunks(call)) {
      const ranges: Ranges = [rows.batch, rows.heads, rows.queries];
      // Weights of few keys are read with the rest; of many, before the next keys' are made.
      const late: { readonly keys: readonly [number, number]; readonly buffer: GPUBuffer }[] = [];
      const readWeights = async () => {
        const reading = late.splice(0);
        try {
          const copies = await recorder.download(
            reading.map(({ keys, buffer }) => wanted(buffer, [...ranges, keys], 4)),
          );
          for (const [at, { keys }] of reading.entries()) {
            putBlock(weights!, [...ranges, keys], new Float32Array(copies[at]!));
          }
        } finally {
          for (const { buffer } of reading) recorder.release(buffer);
        }
      };
      const buffers = await computeRows(call, rows, async (keys, buffer) => {
        late.push({ keys, buffer });
        if (plan.keyChunks > 1) await readWeights();
      });
      const kept = [buffers.output, ...(buffers.logSumExp ? [buffers.logSumExp] : [])];
      const rest = late.splice(0);
      try {
        const bytes = output.data.BYTES_PER_ELEMENT;
        const [ofOutput, ...others] = await recorder.download([
          wanted(buffers.output, [...ranges, [0, e]], bytes),
          ...(logSumExp ? [wanted(buffers.logSumExp!, ranges, 4)] : []),
          ...rest.map(({ keys, buffer }) => wanted(buffer, [...ranges, keys], 4)),
        ]);
        const storage = types.query === "float32" ? new Float32Array(ofOutput!) : new Uint16Array(ofOutput!);
        putBlock(output, [...ranges, [0, e]], storage);
        if (logSumExp) putBlock(logSumExp, ranges, new Float32Array(others.shift()!));
        for (const { keys } of rest) putBlock(weights!, [...ranges, keys], new Float32Array(others.shift()!));
      } finally {
        for (const buffer of [...kept, ...rest.map(({ buffer }) => buffer)]) recorder.release(buffer);
        recorder.flush();
      }
    }
  } finally {
    if (tables) recorder.release(tables);
    recorder.flush();
  }
  return result;
}

function wanted(buffer: GPUBuffer, ranges: Ranges, bytesEach: number) {
  return { buffer, bytes: bytesEach * ranges.reduce((count, [from, to]) => count * (to - from), 1) };
}

/** Which way was taken: "webgpu/fused 16×32", or in parts that were merged. */
export function pathOf({ tile, splits, keyChunks, merges }: AttentionPlan): string {
  const parts = splits * keyChunks > 1 ? `, ${splits * keyChunks} parts of the keys` : "";
  return `webgpu/fused ${tile.queries}×${tile.keys}${parts}${merges ? ", merged" : ""}`;
}

/** @throws ArgumentError when a tensor's buffer is detached */
export function checkHeld({ query, key, value, past, bias, sinks }: AttentionProblem): void {
  const tensors: readonly (readonly [string, Tensor | undefined])[] = [
    ["query", query],
    ["key", key],
    ["value", value],
    ["past.key", past?.key],
    ["past.value", past?.value],
    ["bias", bias],
    ["sinks", sinks],
  ];
  for (const [name, tensor] of tensors) {
    if (!tensor) continue;
    const count = elementCount(tensor.shape);
    if (tensor.data.length >= count) continue;
    throw new ArgumentError(
      `${name}: holds ${tensor.data.length} numbers where its shape [${tensor.shape.join(", ")}] needs ${count}; ` +
        "its buffer is detached or was transferred",
    );
  }
}
