import { fours, lanes } from "../plan/tile.ts";
import { type Binding, declare, sizesBinding, tablesBinding } from "./bindings.ts";
import type { Shader } from "./pipelines.ts";
import { floor, type ScoreCode, scoreFunctions } from "./score.ts";
import { sizesStruct } from "./sizes.ts";
import { arrayType } from "./storage.ts";

/**
 * Attention weights exp(logit − log-sum-exp), a thread for each, the logits formed once more.
 * Workgroups: x and y tiles of 8 keys and 8 queries; z batch entries by heads.
 */
export function weightsShader(code: ScoreCode & { readonly title: string }): Shader {
  const { d, query, key, pastKey, bias, tables, condition, title } = code;
  const bindings: readonly Binding[] = [
    sizesBinding,
    { name: "query", kind: "read", type: arrayType(query, d) },
    { name: "key", kind: "read", type: arrayType(key, d) },
    ...(pastKey ? [{ name: "pastKey", kind: "read", type: arrayType(pastKey, d) } as const] : []),
    ...(bias ? [{ name: "bias", kind: "read", type: arrayType(bias, 1) } as const] : []),
    ...(tables ? [tablesBinding] : []),
    { name: "logSumExps", kind: "read", type: "array<f32>" },
    { name: "weights", kind: "write", type: "array<f32>" },
  ];
  const text = `// weights
${sizesStruct}
${declare(bindings)}
const FLOOR = ${floor};
${scoreFunctions(code)}
@compute @workgroup_size(${lanes}, ${lanes})
fn main(@builtin(global_invocation_id) place: vec3u) {
  let key = place.x;
  let query = place.y;
  let batch = place.z / sizes.heads;
  let head = place.z % sizes.heads;
  let keyHead = head / (sizes.heads / sizes.keyHeads);
  if (key >= sizes.keys || query >= sizes.queries) {
    return;
  }
  let row = place.z * sizes.queries + query;
  var weight = 0.0;
${condition === undefined ? "  {" : "  if (isAllowed(batch, head, query, key)) {"}
    var product = 0.0;
    for (var four = 0u; four < ${fours(d)}u; four += 1u) {
      product += dot(queryAt(row, four), keyRowAt(batch, keyHead, key, four));
    }
    let x = logitOf(product, batch, head, query, key);
    weight = select(exp(x - logSumExps[row]), 0.0, x <= FLOOR);
  }
  weights[row * sizes.keys + key] = weight;
}
`;
  return { code: text.replace(/\n(?:\s*\n)+/g, "\n"), bindings: bindings.map(({ kind }) => kind), title };
}
