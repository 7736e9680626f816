import { defaultFeatureMap } from "../linear/features/check.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import { validateProblem } from "../problem/validate.ts";
import { toFloat64 } from "../tensor/convert.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { needLogSumExp, needSameShape } from "./check.ts";
import { exactVjp } from "./exact/vjp.ts";
import type { Cotangents } from "./flow.ts";
import { inputArrays } from "./inputs.ts";
import { linearVjp } from "./linear/vjp.ts";
import { gradientTensors, inShapeOf, type QueryKeyValueGradients, zeroGradients } from "./tensors.ts";

/** Gradients of the scalar by results other than the output, for a scalar that depends on them too. */
export interface AttentionVjpOptions {
  /** [b, h, n, m] */
  readonly weightsGradient?: Tensor;
  /** [b, h, n]; softmax variants only */
  readonly logSumExpGradient?: Tensor;
}

/** The gradient of a scalar by each input that the problem has, in the input's own shape. */
export interface AttentionGradients extends QueryKeyValueGradients {
  /** The shape of the bias: summed over the axes along which it broadcasts. */
  readonly bias?: Tensor<"float64">;
  /** [h] */
  readonly sinks?: Tensor<"float64">;
}

/**
 * The vector-Jacobian product of attention (reverse mode): the gradients of a scalar by the inputs, from its gradient
 * by the output, in float64 whatever the element type of the inputs. Logits and weights are computed again, never
 * taken from the forward pass; n·m weights are not kept.
 *
 * Softmax: dxⱼ = pⱼ·(dPⱼ − D) with dP = dO·Vᵀ and D = Σⱼ pⱼ·dPⱼ (Dao et al. 2022, appendix B.2); chunked recomputes p
 * from the log-sum-exp (their algorithm 4). topK holds the selection fixed; 1.5-entmax has √p in place of p (Peters et
 * al. 2019), normalized. Both are derivatives where no logit is at the border of the selection or support, and one
 * choice of them there. Linear: through the normalized kernel and the feature map; relu's derivative at 0 is 0.
 *
 * A key that is not allowed, or whose weight is exactly 0, is not read, so that NaN in it cannot spread; it gets
 * gradient 0, and so does all that a row with no allowed key reads. (With a sink, the log-sum-exp of such a row is the
 * sink, and has derivative 1 by it.) Scale, mask and the numbers in modifiers are constants.
 *
 * @param outputGradient [b, h, n, e]
 * @throws ShapeError, ArgumentError when the problem or a gradient's shape is not sound
 * @throws UnsupportedError for what the variant does not compute, and for a gradient by the log-sum-exp of entmax and
 * linear attention, which have none
 */
export function attentionVjp(
  problem: AttentionProblem,
  outputGradient: Tensor,
  options: AttentionVjpOptions = {},
): AttentionGradients {
  const sizes = validateProblem(problem);
  const { batch, heads, n, m, e } = sizes;
  const variant = problem.variant ?? { kind: "standard" };
  const { weightsGradient, logSumExpGradient } = options;
  needSameShape("outputGradient", outputGradient, [batch, heads, n, e], "the output");
  if (weightsGradient) {
    needSameShape("options.weightsGradient", weightsGradient, [batch, heads, n, m], "the weights");
  }
  if (logSumExpGradient) {
    needLogSumExp("options.logSumExpGradient", variant);
    needSameShape("options.logSumExpGradient", logSumExpGradient, [batch, heads, n], "the log-sum-exp");
  }
  const cotangents: Cotangents = {
    output: toFloat64(outputGradient),
    ...(weightsGradient && { weights: toFloat64(weightsGradient) }),
    ...(logSumExpGradient && { logSumExp: toFloat64(logSumExpGradient) }),
  };
  const inputs = inputArrays(problem);
  const gradients = zeroGradients(inputs);
  if (variant.kind === "linear") {
    linearVjp(problem, variant.featureMap ?? defaultFeatureMap, sizes, inputs, cotangents, gradients);
  } else {
    exactVjp(problem, variant, sizes, inputs, cotangents, gradients);
  }
  const { bias, sinks } = gradients;
  return {
    ...gradientTensors(problem, gradients),
    ...(problem.bias && bias && { bias: inShapeOf(problem.bias, bias) }),
    ...(problem.sinks && sinks && { sinks: inShapeOf(problem.sinks, sinks) }),
  };
}
