import {
  type AttentionInputTangents,
  type AttentionOutputs,
  type AttentionProblem,
  convert,
  defaultFeatureMap,
  type Tensor,
  validateProblem,
} from "@xattn/core";
import { type CpuJvpOptions, type CpuTangents, cpuJvp } from "../gradients/jvp.ts";
import { needPlacement, placeGradients } from "../gradients/placement.ts";
import type { CpuGradients, Float32Tensors } from "../gradients/results.ts";
import { type CpuVjpOptions, cpuVjp } from "../gradients/vjp.ts";
import { linearJvp } from "../linear/jvp.ts";
import { linearVjp } from "../linear/vjp.ts";
import type { Context } from "./context.ts";

/** The vector-Jacobian product by the kernels of the problem's variant. */
export function vjp(
  context: Context,
  problem: AttentionProblem,
  outputGradient: Tensor,
  options?: CpuVjpOptions,
): CpuGradients {
  const { variant } = problem;
  if (variant?.kind !== "linear") return cpuVjp(context, problem, outputGradient, options);
  const featureMap = variant.featureMap ?? defaultFeatureMap;
  const sizes = validateProblem(problem);
  needPlacement(options?.into, problem, { outputGradient });
  const gradients = inFloat32(linearVjp(context, problem, sizes, featureMap, outputGradient, options));
  return placeGradients(gradients, options?.into);
}

/** The Jacobian-vector product by the kernels of the problem's variant. */
export function jvp(
  context: Context,
  problem: AttentionProblem,
  tangents: AttentionInputTangents,
  outputs?: AttentionOutputs,
  options?: CpuJvpOptions,
): CpuTangents {
  const { variant } = problem;
  if (variant?.kind !== "linear") return cpuJvp(context, problem, tangents, outputs, options);
  const featureMap = variant.featureMap ?? defaultFeatureMap;
  return inFloat32(linearJvp(context, problem, validateProblem(problem), featureMap, tangents, outputs));
}

/** The tensors of a result in the type in which they were computed, those of the past too. */
function inFloat32<Named extends object>(result: Named): Float32Tensors<Named> {
  const entries = Object.entries(result).map(([name, value]) => [
    name,
    "dtype" in value ? convert(value as Tensor, "float32") : inFloat32(value as object),
  ]);
  return Object.fromEntries(entries) as Float32Tensors<Named>;
}
