import type { NystromOptions } from "../../linear/nystrom/options.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { directionsOf, type QueryKeyValueTangents } from "../directions.ts";
import { inputArrays } from "../inputs.ts";
import { add, sum, times } from "../matrix.ts";
import { pushSoftmaxRows } from "../softmax-rows.ts";
import { nystromHeads } from "./heads.ts";

/**
 * The Jacobian-vector product of Nyström attention (forward mode): how the output [b, h, n, e] moves when query, key,
 * value and past move along `tangents`, in float64 whatever the element types (Xiong et al. 2021, equations 9 to 13).
 * What holds for `nystromVjp` holds here; the two are adjoint. With W = B·V and Y = Z·W:
 *
 *     dW = dB·V + B·dV        dY = dZ·W + Z·dW        dO = dF·Y + F·dY
 *
 * @throws ShapeError when the problem is not sound or a tangent has not the shape of its input
 * @throws ArgumentError when the problem is not sound, l is not within 1 … min(n, m), or there is a tangent of an input
 * that the problem has not
 * @throws UnsupportedError for modifiers, bias, sinks, and masks other than padding
 */
export function nystromJvp(
  problem: AttentionProblem,
  options: NystromOptions,
  tangents: QueryKeyValueTangents,
): { readonly output: Tensor<"float64"> } {
  const { sizes, heads } = nystromHeads(problem, options);
  const directions = directionsOf(problem, tangents);
  const output = zeros([sizes.batch, sizes.heads, sizes.n, sizes.e], "float64");
  for (const head of heads(inputArrays(problem))) {
    const { ofQueries, ofLandmarks, ofKeys, inverse, values, summaries, mixtures, means } = head;
    const moving = head.rowsOf(directions);
    const landmarks = { queries: times(means.queries, moving.queries), keys: times(means.keys, moving.keys) };

    const dF = pushSoftmaxRows(ofQueries, ofQueries.weights, moving.queries, landmarks.keys);
    const dA = pushSoftmaxRows(ofLandmarks, ofLandmarks.weights, landmarks.queries, landmarks.keys);
    const dB = pushSoftmaxRows(ofKeys, ofKeys.weights, landmarks.queries, moving.keys);

    const dW = sum(times(dB, values), times(ofKeys.weights, moving.values));
    const dY = sum(times(inverse.push(dA), summaries), times(inverse.inverse, dW));
    add(head.outputRows(output.data), sum(times(dF, mixtures), times(ofQueries.weights, dY)));
  }
  return { output };
}
