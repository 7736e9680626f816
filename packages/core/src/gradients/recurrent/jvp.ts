import { checkRecurrent } from "../../linear/recurrent/check.ts";
import type { RecurrentProblem } from "../../linear/recurrent/problem.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { needTangentOf } from "../check.ts";
import { zeroMatrix } from "../matrix.ts";
import { type RecurrentArrays, recurrentArrays, stateHeads, stateOf, stepArrays, stepOutputs } from "./arrays.ts";
import { pushStep, takeStep } from "./step.ts";

/** The direction in which the inputs move: a tangent has the shape of its input; an absent one is 0. */
export interface RecurrentInputTangents {
  readonly query?: Tensor;
  readonly key?: Tensor;
  readonly value?: Tensor;
  readonly pastState?: Tensor;
  readonly decay?: Tensor;
  readonly beta?: Tensor;
}

export interface RecurrentTangents {
  /** [b, t, h·e] */
  readonly output: Tensor<"float64">;
  /** [b, g, d, e] */
  readonly presentState: Tensor<"float64">;
}

/**
 * The Jacobian-vector product of the recurrent forms of linear attention (forward mode): how output and present state
 * move when the inputs move along `tangents`, in float64 whatever the element types. State and tangent run side by
 * side, so that memory is O(d·e) whatever t is. What holds for `recurrentVjp` holds here, the sources too; the two are
 * adjoint.
 *
 * @throws ShapeError when the problem is not sound or a tangent has not the shape of its input
 * @throws ArgumentError for head counts that do not divide, a missing or superfluous decay or beta, a bad scale, and a
 * tangent of an input that the problem has not
 */
export function recurrentJvp(problem: RecurrentProblem, tangents: RecurrentInputTangents): RecurrentTangents {
  const sizes = checkRecurrent(problem);
  const { batch, steps, heads, keyHeads, d, e, scale } = sizes;
  const inputs = recurrentArrays(problem);
  const directions = directionsOf(problem, tangents);
  const output = zeros([batch, steps, heads * e], "float64");
  const presentState = zeros([batch, keyHeads, d, e], "float64");
  for (const head of stateHeads(sizes)) {
    let state = inputs.pastState ? stateOf(inputs.pastState, sizes, head) : zeroMatrix(d, e);
    let ofState = directions.pastState ? stateOf(directions.pastState, sizes, head) : zeroMatrix(d, e);
    for (let t = 0; t < steps; t += 1) {
      const step = stepArrays(inputs, sizes, head, t);
      const values = takeStep(state, step);
      const moved = pushStep(values, step, scale, ofState, stepArrays(directions, sizes, head, t));
      stepOutputs(output.data, sizes, head, t).data.set(moved.outputs.data);
      state = values.state;
      ofState = moved.state;
    }
    stateOf(presentState.data, sizes, head).data.set(ofState.data);
  }
  return { output, presentState };
}

function directionsOf(problem: RecurrentProblem, tangents: RecurrentInputTangents): RecurrentArrays {
  const { query, key, value, pastState, decay, beta } = problem;
  needTangentOf("query", tangents.query, query);
  needTangentOf("key", tangents.key, key);
  needTangentOf("value", tangents.value, value);
  needTangentOf("pastState", tangents.pastState, pastState);
  needTangentOf("decay", tangents.decay, decay);
  needTangentOf("beta", tangents.beta, beta);
  const orZeros = (tangent: Tensor | undefined, { shape }: Tensor): Tensor => tangent ?? zeros(shape, "float64");
  return recurrentArrays({
    query: orZeros(tangents.query, query),
    key: orZeros(tangents.key, key),
    value: orZeros(tangents.value, value),
    ...(pastState && { pastState: orZeros(tangents.pastState, pastState) }),
    ...(decay && { decay: orZeros(tangents.decay, decay) }),
    ...(beta && { beta: orZeros(tangents.beta, beta) }),
  });
}
