import { type AttentionProblem, attentionJvp, attentionVjp, type Random, type Tensor } from "@xattn/core";
import { type Inputs, inputsOf } from "../perturb/inputs.ts";
import type { InputName } from "../perturb/perturbation.ts";
import { type LinearMap, type PowerIterationOptions, type SpectralNorm, spectralNorm } from "./spectral-norm.ts";

/** The Jacobian of attention's output by the named inputs, one after the other in a vector. */
export function jacobianOf(problem: AttentionProblem, names: readonly InputName[]): LinearMap {
  const inputs = inputsOf(problem, names);
  const outputShape = [...problem.query.shape.slice(0, 3), problem.value.shape[3]!];
  return {
    width: inputs.reduce((sum, { data }) => sum + data.length, 0),
    apply(vector) {
      const tangents = split(inputs, vector);
      return attentionJvp(problem, Object.fromEntries(names.map((name, index) => [name, tangents[index]!]))).output
        .data;
    },
    adjoint(vector) {
      const gradients = attentionVjp(problem, { dtype: "float64", shape: outputShape, data: vector });
      return joined(names.map((name) => gradients[name]));
    },
  };
}

/**
 * The Jacobian when query, key and value are the same tokens, [b, h, n, d] each: self-attention as a function of one
 * input, so that tangents go into all three and gradients come out of all three.
 */
export function selfAttentionJacobian(problem: AttentionProblem): LinearMap {
  const names = ["query", "key", "value"] as const;
  const three = jacobianOf(problem, names);
  const width = problem.query.data.length;
  return {
    width,
    apply: (vector) => three.apply(Float64Array.from([...vector, ...vector, ...vector])),
    adjoint(vector) {
      const all = three.adjoint(vector);
      return all.subarray(0, width).map((value, index) => value + all[width + index]! + all[2 * width + index]!);
    },
  };
}

/**
 * ‖∂out/∂inputs‖₂: how far a small change of length 1 can move the output, and so the local Lipschitz constant of
 * attention where it is differentiable; by power iteration with `attentionJvp` and `attentionVjp`.
 */
export function jacobianSpectralNorm(
  problem: AttentionProblem,
  names: readonly InputName[],
  random: Random,
  options: PowerIterationOptions = {},
): SpectralNorm {
  return spectralNorm(jacobianOf(problem, names), random, options);
}

/** The direction in which small changes move the output most, to what a few iterations find of it. */
export function leadingDirection(
  problem: AttentionProblem,
  names: readonly InputName[],
  random: Random,
  maxIterations: number,
): Inputs {
  const { direction } = jacobianSpectralNorm(problem, names, random, { maxIterations });
  return split(inputsOf(problem, names), direction);
}

function joined(parts: readonly Tensor<"float64">[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let start = 0;
  for (const { data } of parts) {
    all.set(data, start);
    start += data.length;
  }
  return all;
}

function split(like: Inputs, vector: Float64Array): Inputs {
  let start = 0;
  return like.map((input) => {
    const data = vector.slice(start, start + input.data.length);
    start += input.data.length;
    return { ...input, data };
  });
}
