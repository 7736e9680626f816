import { fours, lanes } from "../plan/tile.ts";
import { type Binding, declare, sizesBinding } from "../wgsl/bindings.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { sizesStruct } from "../wgsl/sizes.ts";
import { arrayType, readFours } from "../wgsl/storage.ts";
import { keyBindings, linearFunctions, reachBinding, reachStruct } from "./code.ts";
import type { LinearCode } from "./problem.ts";

/**
 * The weights φ(q)·φ(k) / denominator that the linear form never makes, a thread for each.
 * Workgroups: x and y tiles of 8 keys and 8 queries; z batch entries by heads.
 */
export function linearWeightsShader(code: LinearCode): Shader {
  const { d, types, title } = code;
  const bindings: readonly Binding[] = [
    sizesBinding,
    { name: "query", kind: "read", type: arrayType(types.query, d) },
    ...keyBindings(code, false),
    reachBinding(code.reachLength),
    { name: "denominators", kind: "read", type: "array<f32>" },
    { name: "weights", kind: "write", type: "array<f32>" },
  ];
  const text = `// weights of linear attention
${reachStruct}
${sizesStruct}
${declare(bindings)}
${readFours("query", types.query, d)}
${linearFunctions(code, false)}
@compute @workgroup_size(${lanes}, ${lanes})
fn main(@builtin(global_invocation_id) place: vec3u) {
  let key = place.x;
  let query = place.y;
  let batch = place.z / sizes.heads;
  let keyHead = place.z % sizes.heads / (sizes.heads / sizes.keyHeads);
  if (key >= sizes.keys || query >= sizes.queries) {
    return;
  }
  let row = place.z * sizes.queries + query;
  let seen = visible(batch, query);
  var product = 0.0;
  if (key < seen) {
    for (var four = 0u; four < ${fours(d)}u; four += 1u) {
      product += dot(phi(queryAt(row, four), four), keyFeatures(batch, keyHead, key, four, seen));
    }
    product = select(product / denominators[row], 0.0, denominators[row] == 0.0);
  }
  weights[row * sizes.keys + key] = product;
}
`;
  return {
    code: text.replace(/\n(?:\s*\n)+/g, "\n"),
    bindings: bindings.map(({ kind }) => kind),
    title: `weights of ${title}`,
  };
}
