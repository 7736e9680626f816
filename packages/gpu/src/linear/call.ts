import type { AttentionOutputs, AttentionProblem } from "@xattn/core";
import { HeldBuffers } from "../backend/held.ts";
import { length, placeKeys, type RowChunk } from "../backend/keys.ts";
import type { Recorder } from "../backend/recorder.ts";
import type { VariantBuffers, VariantCall } from "../backend/variant.ts";
import { choosePieces } from "../plan/pieces.ts";
import { lanes, threads } from "../plan/tile.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import type { DispatchSizes } from "../wgsl/sizes.ts";
import { bytesOf, sharesWords } from "../wgsl/storage.ts";
import { blocksOf, reachLength, reachMost, stateStep } from "./code.ts";
import { type GpuHostProblem, type LinearProblem, prepareLinear } from "./problem.ts";
import { readQueries, readShader } from "./read.ts";
import { scanShader, stateGroups, statesShader } from "./states.ts";
import { linearWeightsShader } from "./weights.ts";

type Made = readonly [Shader, GPUComputePipeline];

/**
 * Linear attention on the device: sums of each chunk of keys, their running sums along the chunks, then rows that read
 * the sums up to their chunk and the keys of it one by one (Katharopoulos et al. 2020, equations 5 and 9).
 *
 * @throws what `prepareLinear` does; LimitError, ShaderError, DeviceLostError
 */
export async function linearCall(
  recorder: Recorder,
  problem: GpuHostProblem,
  outputs: AttentionOutputs,
): Promise<VariantCall> {
  const linear = prepareLinear(problem, outputs);
  const { sizes, types, chunks, chunkKeys } = linear;
  const { heads, keyHeads, n, m, d, e } = sizes;
  const group = keyHeads === 0 ? 0 : heads / keyHeads;
  const pieces = choosePieces(
    sizes,
    recorder.session.limits,
    (entries, some) => ({
      query: entries * some * group * n * d * bytesOf[types.query],
      output: entries * some * group * n * e * bytesOf[types.query],
      key: entries * some * m * d * bytesOf[types.key],
      value: entries * some * m * e * bytesOf[types.value],
      states: entries * some * (chunks + 1) * d * stateStep(e) * 16,
      weights: outputs.weights ? entries * some * group * n * m * 4 : 0,
    }),
    reachMost,
  );
  const { session } = recorder;
  const made = async (shader: Shader): Promise<Made> => [shader, await session.pipelines.get(shader)];
  const lengths = new Set(pieces.map(({ batch }) => reachLength(length(batch))));
  const compiled = new Map(
    await session.waitFor(
      Promise.all(
        [...lengths].map(async (entries) => {
          const code = linear.code(entries);
          const [states, scan, read, weigh] = await Promise.all([
            made(statesShader(code)),
            made(scanShader(code)),
            made(readShader(code)),
            outputs.weights ? made(linearWeightsShader(code)) : undefined,
          ]);
          return [entries, { states, scan, read, weigh }] as const;
        }),
      ),
    ),
  );
  return {
    sizes,
    types,
    path: `webgpu/linear, ${chunks} chunks of ${chunkKeys} keys`,
    pieces,
    compute: (rows) =>
      record(recorder, problem as AttentionProblem, linear, rows, compiled.get(reachLength(length(rows.batch)))!),
  };
}

interface LinearPipelines {
  readonly states: Made;
  readonly scan: Made;
  readonly read: Made;
  readonly weigh: Made | undefined;
}

function record(
  recorder: Recorder,
  problem: AttentionProblem,
  { sizes, types, chunks, chunkKeys, reach }: LinearProblem,
  rows: RowChunk,
  { states, scan, read, weigh }: LinearPipelines,
): VariantBuffers {
  const { n, m, d, e } = sizes;
  const [entries, heads, keyHeads] = [length(rows.batch), length(rows.heads), length(rows.keyHeads)];
  const count = entries * heads * n;
  const held = new HeldBuffers(recorder);
  try {
    const output = held.take(count * e * bytesOf[types.query], "output");
    const weights = weigh && held.take(count * m * 4, "weights");
    const results = () => ({ output: held.hand(output), ...(weights && { weights: held.hand(weights) }) });
    if (m * d === 0) {
      for (const buffer of [output, ...(weights ? [weights] : [])]) recorder.clear(buffer);
      return results();
    }
    if (sharesWords(types.query, e)) recorder.clear(output);
    const query = held.place("query", problem.query, [rows.batch, rows.heads, rows.queries, [0, d]]);
    const keys = placeKeys(held, problem, sizes, rows, [0, m], true);
    const seen = held.takeUniform(reach.subarray(4 * rows.batch[0], 4 * rows.batch[1]), 16 * reachLength(entries));
    const sums = held.take(entries * keyHeads * (chunks + 1) * d * stateStep(e) * 16, "states");
    const denominators = weigh && held.take(4 * count, "denominators");
    const own: DispatchSizes = {
      scale: 1,
      queries: n,
      keys: m,
      past: keys.past,
      heads,
      keyHeads,
      rows: count,
      firstBatch: rows.batch[0],
      firstHead: rows.heads[0],
      firstQuery: 0,
      firstKey: 0,
      // Chunks and their keys, in the places of tiles.
      keyTiles: chunks,
      tilesPerSplit: chunkKeys,
      biasBatch: 0,
      biasHead: 0,
      biasQuery: 0,
      biasKey: 0,
      part: 0,
    };
    const run = ([shader, pipeline]: Made, buffers: readonly GPUBuffer[], groups: readonly [number, number, number]) =>
      recorder.run(pipeline, shader, own, buffers, groups);
    const keyed = [keys.key, ...keys.value, ...keys.pastKey, ...keys.pastValue, seen];
    const matrices = entries * keyHeads;
    run(states, [...keyed, sums], [chunks, matrices, stateGroups(d, e)]);
    run(scan, [sums], [Math.ceil((d * stateStep(e)) / threads), matrices, 1]);
    run(
      read,
      [query, ...keyed, sums, output, ...(denominators ? [denominators] : [])],
      [Math.ceil(n / readQueries), entries * heads, blocksOf(e)],
    );
    if (weigh) {
      run(
        weigh,
        [query, keys.key, ...keys.pastKey, seen, denominators!, weights!],
        [Math.ceil(m / lanes), Math.ceil(n / lanes), entries * heads],
      );
    }
    return results();
  } finally {
    held.giveAll();
  }
}
