import type { NystromOptions } from "../../linear/nystrom/options.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { needSameShape } from "../check.ts";
import { inputArrays } from "../inputs.ts";
import { add, timesTransposed, transposedTimes } from "../matrix.ts";
import { pullSoftmaxRows } from "../softmax-rows.ts";
import { gradientTensors, type QueryKeyValueGradients, zeroGradients } from "../tensors.ts";
import { nystromHeads } from "./heads.ts";

/**
 * The vector-Jacobian product of Nyström attention (reverse mode): the gradients of a scalar by query, key, value and
 * past from its gradient by the output, in float64 whatever the element types. It is the derivative of what
 * `referenceNystromAttention` computes (Xiong et al. 2021, equations 9 to 13): through the segment means, and through
 * the iteration with just as many steps, or through the Moore-Penrose inverse with its rank held fixed (Golub and
 * Pereyra 1973). With O = F·Z·B·V, W = B·V and Y = Z·W:
 *
 *     dF = dO·Yᵀ        dY = Fᵀ·dO        dZ = dY·Wᵀ        dW = Zᵀ·dY        dB = dW·Vᵀ        dV = Bᵀ·dW
 *
 * The iteration starts from the largest sum of a column, and where two tie it has no derivative: the first is
 * followed. An inverse whose largest element is c leaves relative roundings of order c²·10⁻¹⁶. Padded queries and keys
 * are not read and get gradient 0. Memory is O((n + m)·l + steps·l²) for one head at a time.
 *
 * @param outputGradient [b, h, n, e]
 * @throws ShapeError when the problem is not sound or the gradient has not the shape of the output
 * @throws ArgumentError when the problem is not sound or l is not within 1 … min(n, m)
 * @throws UnsupportedError for modifiers, bias, sinks, and masks other than padding
 */
export function nystromVjp(
  problem: AttentionProblem,
  options: NystromOptions,
  outputGradient: Tensor,
): QueryKeyValueGradients {
  const { sizes, heads } = nystromHeads(problem, options);
  needSameShape("outputGradient", outputGradient, [sizes.batch, sizes.heads, sizes.n, sizes.e], "the output");
  const cotangent = toFloat64(outputGradient);
  const inputs = inputArrays(problem);
  const gradients = zeroGradients(inputs);
  for (const head of heads(inputs)) {
    const { ofQueries, ofLandmarks, ofKeys, inverse, values, summaries, mixtures, means } = head;
    const ofOutput = head.outputRows(cotangent);
    const ofMixtures = transposedTimes(ofQueries.weights, ofOutput);
    const ofSummaries = transposedTimes(inverse.inverse, ofMixtures);
    const ofMatrix = inverse.pull(timesTransposed(ofMixtures, summaries));

    const fromQueries = pullSoftmaxRows(ofQueries, ofQueries.weights, timesTransposed(ofOutput, mixtures));
    const fromLandmarks = pullSoftmaxRows(ofLandmarks, ofLandmarks.weights, ofMatrix);
    const fromKeys = pullSoftmaxRows(ofKeys, ofKeys.weights, timesTransposed(ofSummaries, values));

    const target = head.rowsOf(gradients);
    add(target.queries, fromQueries.queries);
    add(target.queries, transposedTimes(means.queries, fromLandmarks.queries));
    add(target.queries, transposedTimes(means.queries, fromKeys.queries));
    add(target.keys, fromKeys.keys);
    add(target.keys, transposedTimes(means.keys, fromLandmarks.keys));
    add(target.keys, transposedTimes(means.keys, fromQueries.keys));
    add(target.values, transposedTimes(ofKeys.weights, ofSummaries));
  }
  return gradientTensors(problem, gradients);
}
