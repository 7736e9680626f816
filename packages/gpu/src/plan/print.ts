import type { AttentionOutputs, AttentionProblem } from "@xattn/core";
import { defaultLimits, type GpuLimits } from "../device/limits.ts";
import { compileProblem } from "./compile.ts";
import { planCall } from "./plan.ts";

/**
 * The WGSL that computes a problem on a device of these limits, shader after shader.
 *
 * @throws what `attention` would throw for the problem
 */
export function printShader(
  problem: AttentionProblem,
  outputs: AttentionOutputs = {},
  limits: Partial<GpuLimits> = {},
): string {
  const all = { ...defaultLimits, ...limits };
  const compiled = compileProblem(problem, outputs, all);
  const { merges } = planCall(compiled, problem, outputs, all);
  const needsLogSumExp = Boolean(outputs.logSumExp || outputs.weights);
  const shaders = [
    merges ? compiled.parts() : compiled.whole(needsLogSumExp),
    ...(merges ? [compiled.merge(needsLogSumExp)] : []),
    ...(outputs.weights ? [compiled.weights()] : []),
  ];
  return shaders.map(({ title, code }) => `// ${title}\n${code}`).join("\n");
}
