import {
  ArgumentError,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  checkPlacement,
  type Placement,
  type ProblemSizes,
  type Tensor,
  zeros,
} from "@xattn/core";
import { LimitError } from "../errors/errors.ts";
import type { GpuHostProblem } from "../linear/problem.ts";
import type { Piece } from "../plan/pieces.ts";
import type { ProblemTypes } from "../plan/types.ts";
import type { RowChunk } from "./keys.ts";
import type { GpuAttentionResult } from "./on-device.ts";
import { checkHeld } from "./on-host.ts";
import type { Recorder } from "./recorder.ts";
import { DeviceTensor, putBlock, type Ranges } from "./tensors.ts";

/** What some rows come to, in buffers that the caller gives back. */
export interface VariantBuffers {
  readonly output: GPUBuffer;
  readonly weights?: GPUBuffer;
  readonly logSumExp?: GPUBuffer;
}

/** A call that is no softmax over all keys, made ready: its shaders are compiled, and pieces of it fit the device. */
export interface VariantCall {
  readonly sizes: ProblemSizes;
  readonly types: ProblemTypes;
  readonly path: string;
  readonly pieces: readonly Piece[];
  /** Records what makes the rows. */
  compute(rows: RowChunk): VariantBuffers;
}

/** Computes with tensors of the host, piece by piece. `prepare` runs when they are known to be sound. */
export async function variantOnHost(
  recorder: Recorder,
  problem: GpuHostProblem,
  outputs: AttentionOutputs,
  placement: Placement,
  prepare: () => Promise<VariantCall>,
): Promise<AttentionResult> {
  checkHeld(problem as AttentionProblem);
  const { sizes, types, path, pieces, compute } = await prepare();
  checkPlacement(problem as AttentionProblem, placement, types.query);
  const { batch, heads, n, m, e } = sizes;
  const output = placement.into ?? zeros([batch, heads, n, e], types.query);
  const weights = outputs.weights ? zeros([batch, heads, n, m]) : undefined;
  const logSumExp = outputs.logSumExp ? zeros([batch, heads, n]) : undefined;
  const result = { output, ...(weights && { weights }), ...(logSumExp && { logSumExp }), path };
  if (batch * heads * n === 0) return result;
  recorder.session.check();
  for (const rows of pieces) {
    const buffers = compute(rows);
    const ranges: Ranges = [rows.batch, rows.heads, rows.queries];
    const wanted: readonly { readonly target: Tensor; readonly buffer: GPUBuffer; readonly ranges: Ranges }[] = [
      { target: output, buffer: buffers.output, ranges: [...ranges, [0, e] as const] },
      ...(weights ? [{ target: weights, buffer: buffers.weights!, ranges: [...ranges, [0, m] as const] }] : []),
      ...(logSumExp ? [{ target: logSumExp, buffer: buffers.logSumExp!, ranges }] : []),
    ];
    try {
      const copies = await recorder.download(
        wanted.map(({ target, buffer, ranges: block }) => ({
          buffer,
          bytes: target.data.BYTES_PER_ELEMENT * block.reduce((count, [from, to]) => count * (to - from), 1),
        })),
      );
      for (const [at, { target, ranges: block }] of wanted.entries()) {
        const bytes = copies[at]!;
        putBlock(target, block, target.data.BYTES_PER_ELEMENT === 4 ? new Float32Array(bytes) : new Uint16Array(bytes));
      }
    } finally {
      for (const { buffer } of wanted) recorder.release(buffer);
      recorder.flush();
    }
  }
  return result;
}

/** Records the call over tensors of the device; its results stay there. */
export function variantOnDevice(
  recorder: Recorder,
  outputs: AttentionOutputs,
  { sizes, types, path, pieces, compute }: VariantCall,
): GpuAttentionResult {
  const { session } = recorder;
  const { batch, heads, n, m, e } = sizes;
  if (batch * heads * n === 0) throw new ArgumentError("query: has no rows; needs b, h and n ≥ 1");
  if (pieces.length > 1) {
    throw new LimitError("problem: is larger than one binding; tensors of the host are computed in pieces");
  }
  session.check();
  const buffers = compute(pieces[0]!);
  return {
    output: new DeviceTensor(session, types.query, [batch, heads, n, e], buffers.output),
    ...(outputs.weights && { weights: new DeviceTensor(session, "float32", [batch, heads, n, m], buffers.weights!) }),
    ...(outputs.logSumExp && {
      logSumExp: new DeviceTensor(session, "float32", [batch, heads, n], buffers.logSumExp!),
    }),
    path,
  };
}
