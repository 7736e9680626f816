import {
  ArgumentError,
  type AttentionOutputs,
  type AttentionProblem,
  UnsupportedError,
  validateProblem,
} from "@xattn/core";
import { HeldBuffers } from "../backend/held.ts";
import { biasSteps, length, placeKeys } from "../backend/keys.ts";
import type { Recorder } from "../backend/recorder.ts";
import type { VariantBuffers, VariantCall } from "../backend/variant.ts";
import { biasAxes } from "../plan/chunks.ts";
import { lookUps, titleOf } from "../plan/compile.ts";
import { choosePieces, type Piece } from "../plan/pieces.ts";
import { typesOf } from "../plan/types.ts";
import { noSizes } from "../wgsl/sizes.ts";
import { bytesOf, sharesWords } from "../wgsl/storage.ts";
import { keysAtOnce, mostKept, placesFor, rowsAtOnce, type TopKCode, topKBindings, topKShader } from "./code.ts";

/**
 * Top-k attention: candidates of each row in workgroup memory, no row of logits anywhere.
 *
 * @throws ShapeError, ArgumentError, MaskError when the problem is not sound
 * @throws UnsupportedError for float64, more candidates than workgroup memory holds, and more buffers than a shader may
 * bind
 */
export async function topKCall(
  recorder: Recorder,
  problem: AttentionProblem,
  outputs: AttentionOutputs,
  k: number,
): Promise<VariantCall> {
  const { session } = recorder;
  const sizes = validateProblem(problem);
  const types = typesOf(problem);
  const { batch, heads, keyHeads, n, m, d, e } = sizes;
  if (!Number.isSafeInteger(k) || k < 1) throw new ArgumentError(`variant.k: ${k} is not one of 1, 2, 3, …`);
  const memory = session.limits.maxComputeWorkgroupStorageSize;
  const most = mostKept(d, memory);
  if (k > most) {
    throw new UnsupportedError(
      `variant.k: ${k} candidates of a row do not fit in the device's workgroup memory; needs k ≤ ${most}, or k ≥ the ` +
        `${m} keys, which is exact attention`,
    );
  }
  const maskSizes = { batch, heads, queries: n, keys: m };
  const tile = { queries: rowsAtOnce, keys: keysAtOnce };
  const looked = lookUps(problem.mask, problem, maskSizes, tile, n * m > 0);
  const { tables, sinks, condition, runs, statements } = looked;
  const code: TopKCode = {
    d,
    e,
    query: types.query,
    key: types.key,
    value: types.value,
    ...(types.pastKey && { pastKey: types.pastKey }),
    ...(types.pastValue && { pastValue: types.pastValue }),
    ...(types.bias && { bias: types.bias }),
    tables: !tables.isEmpty,
    ...(condition !== undefined && { condition }),
    ...(runs && { runs }),
    ...(sinks && { sinks }),
    statements,
    output: types.query,
    logSumExp: Boolean(outputs.logSumExp),
    weights: Boolean(outputs.weights),
    k,
    places: placesFor(k, d, memory),
    title: `top ${k} of ${titleOf(problem, sizes, tile, outputs)}`,
  };
  const buffers = topKBindings(code).length - 1;
  const allowed = session.limits.maxStorageBuffersPerShaderStage;
  if (buffers > allowed) {
    throw new UnsupportedError(
      `problem: top-k of it binds ${buffers} buffers, and the device allows ${allowed}; ask for weights and log-sum-exp ` +
        "in calls of their own, or join the past with the new keys",
    );
  }
  const { bias } = problem;
  const group = keyHeads === 0 ? 0 : heads / keyHeads;
  const pieces = choosePieces(sizes, session.limits, (entries, some) => ({
    query: entries * some * group * n * d * bytesOf[types.query],
    output: entries * some * group * n * e * bytesOf[types.query],
    key: entries * some * m * d * bytesOf[types.key],
    value: entries * some * m * e * bytesOf[types.value],
    bias:
      bias && types.bias
        ? bytesOf[types.bias] *
          biasAxes(bias.shape, { batch: entries, keyHeads: some, n, m }, some * group).reduce((a, b) => a * b, 1)
        : 0,
    weights: outputs.weights ? 4 * entries * some * group * n * m : 0,
  }));
  const shader = topKShader(code);
  const pipeline = await session.waitFor(session.pipelines.get(shader));
  const words = tables.isEmpty ? undefined : tables.data();
  return { sizes, types, path: `webgpu/top ${k}`, pieces, compute };

  function compute(rows: Piece): VariantBuffers {
    const held = new HeldBuffers(recorder);
    try {
      const count = length(rows.batch) * length(rows.heads) * n;
      const query = held.place("query", problem.query, [rows.batch, rows.heads, rows.queries, [0, d]]);
      const keys = placeKeys(held, problem, sizes, rows, [0, m], true);
      const table = words && held.keep(recorder.upload(words, "tables"));
      const output = held.take(count * e * bytesOf[types.query], "output");
      if (sharesWords(types.query, e)) recorder.clear(output);
      const logSumExp = outputs.logSumExp ? held.take(4 * count, "log-sum-exp") : undefined;
      const weights = outputs.weights ? held.take(4 * count * m, "weights") : undefined;
      if (weights) recorder.clear(weights);
      recorder.run(
        pipeline,
        shader,
        {
          ...noSizes,
          scale: problem.scale ?? 1 / Math.sqrt(d),
          queries: n,
          keys: m,
          past: keys.past,
          heads: length(rows.heads),
          keyHeads: length(rows.keyHeads),
          rows: count,
          firstBatch: rows.batch[0],
          firstHead: rows.heads[0],
          ...biasSteps(bias, rows, [0, m]),
        },
        [
          query,
          keys.key,
          ...keys.value,
          ...keys.pastKey,
          ...keys.pastValue,
          ...keys.bias,
          ...(table ? [table] : []),
          output,
          ...(logSumExp ? [logSumExp] : []),
          ...(weights ? [weights] : []),
        ],
        [Math.ceil(n / rowsAtOnce), length(rows.batch) * length(rows.heads), 1],
      );
      return {
        output: held.hand(output),
        ...(weights && { weights: held.hand(weights) }),
        ...(logSumExp && { logSumExp: held.hand(logSumExp) }),
      };
    } finally {
      held.giveAll();
    }
  }
}
