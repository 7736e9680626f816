import { fours, threads } from "../plan/tile.ts";
import { type Binding, declare, sizesBinding } from "../wgsl/bindings.ts";
import { lineOfGroups } from "../wgsl/merge.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { sizesStruct } from "../wgsl/sizes.ts";
import { arrayType, readFours } from "../wgsl/storage.ts";

/**
 * Log-sum-exp and D = dO·O − dL of each row, dL the gradient by the log-sum-exp (Dao et al. 2022, appendix B.2): a
 * thread for each row. Workgroups: a line, broken along y.
 */
export function factsShader(e: number, withLogSumExp: boolean): Shader {
  const bindings: readonly Binding[] = [
    sizesBinding,
    { name: "output", kind: "read", type: arrayType("float32", e) },
    { name: "outputGradient", kind: "read", type: arrayType("float32", e) },
    { name: "logSumExps", kind: "read", type: "array<f32>" },
    ...(withLogSumExp ? [{ name: "logSumExpGradient", kind: "read", type: "array<f32>" } as const] : []),
    { name: "facts", kind: "write", type: "array<vec2f>" },
  ];
  const code = `// facts of rows
${sizesStruct}
${declare(bindings)}
${readFours("output", "float32", e)}
${readFours("outputGradient", "float32", e)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (place.y * ${lineOfGroups}u + place.x) * ${threads}u + thread;
  if (row < sizes.rows) {
    var mean = 0.0;
    for (var four = 0u; four < ${fours(e)}u; four += 1u) {
      mean += dot(outputAt(row, four), outputGradientAt(row, four));
    }
    facts[row] = vec2f(logSumExps[row], mean${withLogSumExp ? " - logSumExpGradient[row]" : ""});
  }
}
`;
  return { code, bindings: bindings.map(({ kind }) => kind), title: `facts of rows, e ${e}` };
}
