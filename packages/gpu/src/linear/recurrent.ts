import {
  convert,
  type RecurrentProblem,
  type RecurrentResult,
  recurrentCost,
  type Tensor,
  tensor,
  UnsupportedError,
} from "@xattn/core";
import { HeldBuffers } from "../backend/held.ts";
import type { Recorder } from "../backend/recorder.ts";
import { threads } from "../plan/tile.ts";
import { deviceType } from "../plan/types.ts";
import { type Binding, declare, sizesBinding } from "../wgsl/bindings.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { noSizes, sizesStruct } from "../wgsl/sizes.ts";

interface RecurrentCode {
  readonly d: number;
  readonly e: number;
  /** Whether states decay: by one factor for each row, or one for each key-value head. */
  readonly decay: "rows" | "heads" | "none";
  /** How strengths of the write are found: one a key-value head, one for all, or none. */
  readonly betas: "each" | "one" | "none";
}

/**
 * The recurrent forms of linear attention, step after step: a column of the state depends on no other, so that a thread
 * takes one through all steps. Workgroups: x 64 columns; y batch entries by key-value heads.
 */
export function recurrentShader({ d, e, decay, betas }: RecurrentCode): Shader {
  const read = (name: string): Binding => ({ name, kind: "read", type: "array<f32>" });
  const bindings: readonly Binding[] = [
    sizesBinding,
    ...["query", "key", "value"].map(read),
    ...(decay === "none" ? [] : [read("decay")]),
    ...(betas === "none" ? [] : [read("beta")]),
    { name: "states", kind: "write", type: "array<f32>" },
    { name: "output", kind: "write", type: "array<f32>" },
  ];
  const decayAt = decay === "rows" ? `index * ${d}u + row` : "index";
  const kept = decay !== "none" ? `states[at] * exp(decay[${decayAt}])` : "states[at]";
  const strength = betas === "one" ? "beta[step]" : "beta[index]";
  const text = `// recurrent linear attention
${sizesStruct}
${declare(bindings)}
@compute @workgroup_size(${threads})
fn main(@builtin(global_invocation_id) place: vec3u) {
  let column = place.x;
  if (column >= ${e}u) {
    return;
  }
  let batch = place.y / sizes.keyHeads;
  let keyHead = place.y % sizes.keyHeads;
  let group = sizes.heads / sizes.keyHeads;
  let base = place.y * ${d * e}u + column;
  for (var t = 0u; t < sizes.queries; t += 1u) {
    let step = batch * sizes.queries + t;
    let index = step * sizes.keyHeads + keyHead;
    var written = value[index * ${e}u + column];
${
  betas === "none"
    ? ""
    : `    var recalled = 0.0;
    for (var row = 0u; row < ${d}u; row += 1u) {
      let at = base + row * ${e}u;
      recalled += key[index * ${d}u + row] * (${kept});
    }
    written = ${strength} * (written - recalled);`
}
    for (var row = 0u; row < ${d}u; row += 1u) {
      let at = base + row * ${e}u;
      states[at] = ${kept} + key[index * ${d}u + row] * written;
    }
    for (var head = keyHead * group; head < (keyHead + 1u) * group; head += 1u) {
      let line = step * sizes.heads + head;
      var sum = 0.0;
      for (var row = 0u; row < ${d}u; row += 1u) {
        sum += query[line * ${d}u + row] * states[base + row * ${e}u];
      }
      output[line * ${e}u + column] = sizes.scale * sum;
    }
  }
}
`;
  return {
    code: text.replace(/\n(?:\s*\n)+/g, "\n"),
    bindings: bindings.map(({ kind }) => kind),
    title: `recurrent linear attention d ${d} e ${e}`,
  };
}

/** A recurrent problem over tensors of the host. */
export async function recurrentOnHost(recorder: Recorder, problem: RecurrentProblem): Promise<RecurrentResult> {
  recurrentCost(problem);
  const { query, key, value, heads, keyHeads, pastState, decay, beta } = problem;
  const given = { query, key, value, pastState, decay, beta };
  for (const [name, one] of Object.entries(given)) if (one) deviceType(name, one.dtype);
  const [batch, steps] = query.shape as readonly [number, number];
  const [d, e] = [query.shape[2]! / heads, value.shape[2]! / keyHeads];
  const { session } = recorder;
  const most = session.limits.maxComputeWorkgroupsPerDimension;
  if (batch * keyHeads > most) {
    throw new UnsupportedError(`keyHeads: ${batch * keyHeads} states at a time are more than the device's ${most}`);
  }
  const shader = recurrentShader({
    d,
    e,
    decay: decay ? (decay.shape[2] === keyHeads ? "heads" : "rows") : "none",
    betas: beta ? (beta.shape[2] === 1 ? "one" : "each") : "none",
  });
  const pipeline = await session.waitFor(session.pipelines.get(shader));
  session.check();
  const held = new HeldBuffers(recorder);
  try {
    const single = (source: Tensor) => convert(source, "float32").data;
    const place = (name: string, source: Tensor) => held.keep(recorder.upload(single(source), name));
    const inputs = Object.entries({ query, key, value, decay, beta }).flatMap(([name, source]) =>
      source ? [place(name, source)] : [],
    );
    const stateBytes = 4 * batch * keyHeads * d * e;
    const states = pastState ? place("pastState", pastState) : held.take(stateBytes, "states");
    if (!pastState) recorder.clear(states);
    const outputBytes = 4 * batch * steps * heads * e;
    const output = held.take(outputBytes, "output");
    const own = { ...noSizes, scale: problem.scale ?? 1 / Math.sqrt(d), queries: steps, heads, keyHeads };
    recorder.run(pipeline, shader, own, [...inputs, states, output], [Math.ceil(e / threads), batch * keyHeads, 1]);
    const [ofOutput, ofStates] = await recorder.download([
      { buffer: output, bytes: outputBytes },
      { buffer: states, bytes: stateBytes },
    ]);
    const result = (shape: readonly number[], bytes: ArrayBuffer, dtype: Tensor["dtype"]): Tensor =>
      convert(tensor([...shape], new Float32Array(bytes)), dtype);
    return {
      output: result([batch, steps, heads * e], ofOutput!, query.dtype),
      presentState: result([batch, keyHeads, d, e], ofStates!, pastState?.dtype ?? query.dtype),
    };
  } finally {
    held.giveAll();
    recorder.flush();
  }
}
