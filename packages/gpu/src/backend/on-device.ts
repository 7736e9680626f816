import { ArgumentError, type AttentionOutputs, type AttentionProblem, type Tensor } from "@xattn/core";
import type { DeviceSession } from "../device/session.ts";
import { LimitError } from "../errors/errors.ts";
import type { GpuHostProblem } from "../linear/problem.ts";
import { compileProblem } from "../plan/compile.ts";
import { planCall } from "../plan/plan.ts";
import { type Call, computeRows, pipelinesFor, rowChunks } from "./compute.ts";
import { pathOf } from "./on-host.ts";
import type { Recorder } from "./recorder.ts";
import { type AnyTensor, DeviceTensor, type GpuTensor, isOnDevice, ownTensor } from "./tensors.ts";
import { variantOnDevice } from "./variant.ts";
import { variantCall, withoutIdleTopK } from "./variants.ts";

/** An attention problem whose large tensors may lie on the device. */
export type GpuAttentionProblem = Omit<GpuHostProblem, "query" | "key" | "value" | "past" | "bias"> & {
  readonly query: AnyTensor;
  readonly key: AnyTensor;
  readonly value: AnyTensor;
  readonly past?: { readonly key: AnyTensor; readonly value: AnyTensor };
  readonly bias?: AnyTensor;
};

export interface GpuAttentionResult {
  /** [b, h, n, e], of the query's element type. */
  readonly output: GpuTensor;
  /** [b, h, n, m] */
  readonly weights?: GpuTensor<"float32">;
  /** [b, h, n] */
  readonly logSumExp?: GpuTensor<"float32">;
  readonly path: string;
}

/** Records attention over tensors of the device, whose results stay there. */
export async function attendOnDevice(
  recorder: Recorder,
  problem: GpuAttentionProblem,
  outputs: AttentionOutputs,
): Promise<GpuAttentionResult> {
  const { session } = recorder;
  checkPlaces(session, problem);
  // Checks and plans read shapes and element types alone.
  const shaped = withoutIdleTopK(problem as AttentionProblem & { readonly query: Tensor });
  const other = await variantCall(recorder, shaped, outputs);
  if (other) return variantOnDevice(recorder, outputs, other);
  const compiled = compileProblem(shaped, outputs, session.limits);
  const { sizes, types } = compiled;
  const plan = planCall(compiled, shaped, outputs, session.limits);
  const { batch, heads, n, m, e } = sizes;
  if (batch * heads * n === 0) throw new ArgumentError("query: has no rows; needs b, h and n ≥ 1");
  const pipelines = await pipelinesFor({ recorder, compiled, plan }, outputs);
  session.check();
  const tables = compiled.tables && recorder.upload(compiled.tables, "tables");
  const call: Call = { recorder, compiled, plan, problem: shaped, outputs, pipelines, tables };
  const chunks = rowChunks(call);
  let weights: GPUBuffer | undefined;
  try {
    if (chunks.length > 1 || plan.keyChunks > 1) {
      throw new LimitError("problem: is larger than one binding; tensors of the host are computed in pieces");
    }
    const { output, logSumExp } = await computeRows(call, chunks[0]!, async (_keys, buffer) => {
      weights = buffer;
    });
    if (logSumExp && !outputs.logSumExp) recorder.release(logSumExp);
    return {
      output: new DeviceTensor(session, types.query, [batch, heads, n, e], output),
      ...(weights && { weights: new DeviceTensor(session, "float32", [batch, heads, n, m], weights) }),
      ...(outputs.logSumExp && {
        logSumExp: new DeviceTensor(session, "float32", [batch, heads, n], logSumExp!),
      }),
      path: pathOf(plan),
    };
  } catch (error) {
    if (weights) recorder.release(weights);
    throw error;
  } finally {
    if (tables) recorder.release(tables);
  }
}

/** @throws ArgumentError for tensors of another device, freed ones, and sinks that are not on the host */
export function checkPlaces(session: DeviceSession, problem: GpuAttentionProblem): void {
  const named = [
    ["query", problem.query],
    ["key", problem.key],
    ["value", problem.value],
    ["past.key", problem.past?.key],
    ["past.value", problem.past?.value],
    ["bias", problem.bias],
  ] as const;
  for (const [name, source] of named) if (source && isOnDevice(source)) ownTensor(session, name, source);
  if (problem.sinks && isOnDevice(problem.sinks)) throw new ArgumentError("sinks: must be a tensor of the host");
}
