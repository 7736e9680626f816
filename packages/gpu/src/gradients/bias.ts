import { fours, threads } from "../plan/tile.ts";
import { declare } from "../wgsl/bindings.ts";
import { lineOfGroups } from "../wgsl/merge.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { sizesStruct } from "../wgsl/sizes.ts";
import type { GradientCode } from "./code.ts";
import { gradientBindings, gradientFunctions } from "./rows.ts";

/**
 * The gradient by the bias, a thread for each of its numbers, which goes through all places that read it. The uniform's
 * `rows` says how many numbers there are, and `part` how many batch entries. Workgroups: a line, broken along y.
 */
export function biasGradientShader(code: GradientCode): Shader {
  const { d, e, condition, title } = code;
  const bindings = gradientBindings(code).map((one) =>
    one.name === "gradients" ? { ...one, type: "array<f32>" } : one,
  );
  const text = `// gradient by the bias
${sizesStruct}
${declare(bindings)}
${gradientFunctions(code)}
fn gradientAt(batch: u32, head: u32, query: u32, key: u32) -> f32 {
${condition === undefined ? "" : "  if (!isAllowed(batch, head, query, key)) {\n    return 0.0;\n  }"}
  let keyHead = head / (sizes.heads / sizes.keyHeads);
  let row = (batch * sizes.heads + head) * sizes.queries + query;
  var product = 0.0;
  for (var four = 0u; four < ${fours(d)}u; four += 1u) {
    product += dot(queryAt(row, four), keyRowAt(batch, keyHead, key, four));
  }
  var valueProduct = 0.0;
  for (var four = 0u; four < ${fours(e)}u; four += 1u) {
    valueProduct += dot(outputGradientAt(row, four), valueRowAt(batch, keyHead, key, four));
  }
  return weightsAt(product, valueProduct, facts[row], batch, head, query, key).y;
}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let at = (place.y * ${lineOfGroups}u + place.x) * ${threads}u + thread;
  if (at >= sizes.rows) {
    return;
  }
  let keys = select(1u, sizes.keys, sizes.biasKey != 0u);
  let queries = select(1u, sizes.queries, sizes.biasQuery != 0u);
  let heads = select(1u, sizes.heads, sizes.biasHead != 0u);
  let j = at % keys;
  let i = at / keys % queries;
  let h = at / (keys * queries) % heads;
  let b = at / (keys * queries * heads);
  var total = 0.0;
  for (var batch = b; batch < sizes.part; batch += select(1u, sizes.part, sizes.biasBatch != 0u)) {
    for (var head = h; head < sizes.heads; head += select(1u, sizes.heads, sizes.biasHead != 0u)) {
      for (var query = i; query < sizes.queries; query += select(1u, sizes.queries, sizes.biasQuery != 0u)) {
        var ofRow = 0.0;
        for (var key = j; key < sizes.keys; key += select(1u, sizes.keys, sizes.biasKey != 0u)) {
          ofRow += gradientAt(batch, head, query, key);
        }
        total += ofRow;
      }
    }
  }
  gradients[at] = total;
}
`;
  return {
    code: text.replace(/\n(?:\s*\n)+/g, "\n"),
    bindings: bindings.map(({ kind }) => kind),
    title: `${title}, by the bias`,
  };
}
