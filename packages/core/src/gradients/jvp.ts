import { defaultFeatureMap } from "../linear/features/check.ts";
import type { AttentionOutputs, AttentionProblem } from "../problem/problem.ts";
import { validateProblem } from "../problem/validate.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { needLogSumExp } from "./check.ts";
import { type AttentionInputTangents, directionsOf } from "./directions.ts";
import { exactJvp } from "./exact/jvp.ts";
import { inputArrays } from "./inputs.ts";
import { linearJvp } from "./linear/jvp.ts";

export interface AttentionTangents {
  /** [b, h, n, e] */
  readonly output: Tensor<"float64">;
  /** [b, h, n, m] */
  readonly weights?: Tensor<"float64">;
  /** [b, h, n]; 0 for a row with no allowed key and no sink, whose log-sum-exp stays −∞ */
  readonly logSumExp?: Tensor<"float64">;
}

/**
 * The Jacobian-vector product of attention (forward mode): how the results move when the inputs move along `tangents`,
 * in float64 whatever the element types.
 *
 * Softmax: dpⱼ = pⱼ·(dxⱼ − Σₖ pₖ·dxₖ), dO = Σⱼ dpⱼ·vⱼ + pⱼ·dvⱼ, d(log-sum-exp) = Σₖ pₖ·dxₖ. What holds for
 * `attentionVjp` about topK, entmax, linear attention, keys that are not allowed and rows without any holds here: the
 * two are adjoint, ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩.
 *
 * @param outputs which tangents to return besides that of the output
 * @throws ShapeError when the problem is not sound or a tangent has not the shape of its input
 * @throws ArgumentError when the problem is not sound or there is a tangent of an input that the problem has not
 * @throws UnsupportedError for what the variant does not compute, and for the log-sum-exp of entmax and linear
 * attention, which have none
 */
export function attentionJvp(
  problem: AttentionProblem,
  tangents: AttentionInputTangents,
  outputs: AttentionOutputs = {},
): AttentionTangents {
  const sizes = validateProblem(problem);
  const { batch, heads, n, m, e } = sizes;
  const variant = problem.variant ?? { kind: "standard" };
  if (outputs.logSumExp) needLogSumExp("outputs.logSumExp", variant);
  const directions = directionsOf(problem, tangents);
  const output = zeros([batch, heads, n, e], "float64");
  const weights = outputs.weights ? zeros([batch, heads, n, m], "float64") : undefined;
  const logSumExp = outputs.logSumExp ? zeros([batch, heads, n], "float64") : undefined;
  const results = {
    output: output.data,
    ...(weights && { weights: weights.data }),
    ...(logSumExp && { logSumExp: logSumExp.data }),
  };
  const inputs = inputArrays(problem);
  if (variant.kind === "linear") {
    linearJvp(problem, variant.featureMap ?? defaultFeatureMap, sizes, inputs, directions, results);
  } else {
    exactJvp(problem, variant, sizes, inputs, directions, results);
  }
  return { output, ...(weights && { weights }), ...(logSumExp && { logSumExp }) };
}
