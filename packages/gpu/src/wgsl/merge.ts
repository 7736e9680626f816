import { fours, threads } from "../plan/tile.ts";
import { logSumExpBits, partStep, withSink } from "./attention.ts";
import { type Binding, declare, sizesBinding, tablesBinding } from "./bindings.ts";
import type { Shader } from "./pipelines.ts";
import { floor } from "./score.ts";
import { sizesStruct } from "./sizes.ts";
import { type DeviceDType, writeFours, writtenType } from "./storage.ts";
import { tableFunctions } from "./tables.ts";

export interface MergeCode {
  readonly e: number;
  readonly output: DeviceDType;
  readonly logSumExp: boolean;
  readonly tables: boolean;
  readonly sinks?: (index: string) => string;
  readonly title: string;
}

/** Workgroups along x of shaders with a thread for each item; the rest goes along y. */
export const lineOfGroups = 32_768;

/**
 * Puts sums over different keys together by their log-sum-exps (Rabe and Staats 2021): a thread for each four of a row.
 * Workgroups: a line, broken along y.
 */
export function mergeShader({ e, output, logSumExp, tables, sinks, title }: MergeCode): Shader {
  const bindings: readonly Binding[] = [
    sizesBinding,
    { name: "parts", kind: "read", type: "array<vec4f>" },
    ...(tables ? [tablesBinding] : []),
    { name: "output", kind: "write", type: writtenType(output, e) },
    ...(logSumExp ? [{ name: "logSumExps", kind: "write", type: "array<u32>" } as const] : []),
  ];
  const code = `// merge
${sizesStruct}
${declare(bindings)}
const FLOOR = ${floor};
${tables ? tableFunctions : ""}
${writeFours("output", output, e)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let item = (place.y * ${lineOfGroups}u + place.x) * ${threads}u + thread;
  let row = item / ${fours(e)}u;
  let four = item % ${fours(e)}u;
  if (row < sizes.rows) {
    var peak = FLOOR;
    for (var part = 0u; part < sizes.part; part += 1u) {
      peak = max(peak, parts[(part * sizes.rows + row) * ${partStep(e)}u + ${fours(e)}u].x);
    }
    var total = 0.0;
    var sum = vec4f();
    for (var part = 0u; part < sizes.part; part += 1u) {
      let base = (part * sizes.rows + row) * ${partStep(e)}u;
      let ends = parts[base + ${fours(e)}u];
      if (!(ends.x <= FLOOR)) {
        let shrink = exp(ends.x - peak);
        total += ends.y * shrink;
        sum += parts[base + four] * shrink;
      }
    }
${withSink("peak", sinks?.("row / sizes.queries % sizes.heads + sizes.firstHead"))}
    outputPut(row, four, sum * select(keep / total, 0.0, total == 0.0));
${logSumExp ? `    if (four == 0u) {\n      logSumExps[row] = ${logSumExpBits};\n    }` : ""}
  }
}
`;
  return { code: code.replace(/\n(?:\s*\n)+/g, "\n"), bindings: bindings.map(({ kind }) => kind), title };
}
