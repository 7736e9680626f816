import { checkRecurrent } from "../../linear/recurrent/check.ts";
import type { RecurrentProblem } from "../../linear/recurrent/problem.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { needSameShape } from "../check.ts";
import { type Matrix, zeroMatrix } from "../matrix.ts";
import { inShapeOf } from "../tensors.ts";
import { recurrentArrays, stateHeads, stateOf, stepArrays, stepOutputs } from "./arrays.ts";
import { pullStep, type StepValues, takeStep } from "./step.ts";

export interface RecurrentVjpOptions {
  /** [b, g, d, e]: the gradient of the scalar by the present state, for a scalar that depends on it too. */
  readonly presentStateGradient?: Tensor;
}

/** The gradient of a scalar by each input that the problem has, in the input's own shape. */
export interface RecurrentGradients {
  /** [b, t, h·d] */
  readonly query: Tensor<"float64">;
  /** [b, t, g·d]: summed over the query heads that read the state */
  readonly key: Tensor<"float64">;
  /** [b, t, g·e] */
  readonly value: Tensor<"float64">;
  /** [b, g, d, e] */
  readonly pastState?: Tensor<"float64">;
  /** [b, t, g] or [b, t, g·d]: by the log-decay, not by the factor */
  readonly decay?: Tensor<"float64">;
  /** [b, t, g], or [b, t, 1]: summed over the key-value heads */
  readonly beta?: Tensor<"float64">;
}

/**
 * The vector-Jacobian product of the recurrent forms of linear attention (reverse mode): the gradients of a scalar by
 * every input from its gradients by output and present state, in float64 whatever the element types. It is the
 * derivative of the ONNX operator LinearAttention (opset 27) as `referenceRecurrentAttention` computes it: Katharopoulos
 * et al. 2020, equations 13 to 15 (linear), Yang et al. 2024 (gated), Schlag et al. 2021 (delta), Yang et al. 2025
 * (gated delta). A gradient by the state, [d, e], runs back through time.
 *
 * Not all t states are kept: one of every ⌈√t⌉ is, and the steps between are taken again when their turn comes. Memory
 * is O(√t·d·e), at most about 3·√t states of d·e float64 numbers, for one key-value head at a time, beside the
 * gradients; time is that of three passes.
 *
 * @param outputGradient [b, t, h·e]
 * @throws ShapeError when the problem is not sound or a gradient has not the shape of its result
 * @throws ArgumentError for head counts that do not divide, a missing or superfluous decay or beta, a bad scale
 */
export function recurrentVjp(
  problem: RecurrentProblem,
  outputGradient: Tensor,
  options: RecurrentVjpOptions = {},
): RecurrentGradients {
  const sizes = checkRecurrent(problem);
  const { batch, steps, heads, keyHeads, d, e, scale } = sizes;
  const { presentStateGradient } = options;
  const stateShape = [batch, keyHeads, d, e];
  needSameShape("outputGradient", outputGradient, [batch, steps, heads * e], "the output");
  if (presentStateGradient) {
    needSameShape("options.presentStateGradient", presentStateGradient, stateShape, "the present state");
  }
  const ofOutput = toFloat64(outputGradient);
  const ofStates = presentStateGradient ? toFloat64(presentStateGradient) : new Float64Array(batch * keyHeads * d * e);
  const inputs = recurrentArrays(problem);
  const gradients = recurrentArrays(zerosLike(problem));
  const segment = Math.max(1, Math.ceil(Math.sqrt(steps)));

  for (const head of stateHeads(sizes)) {
    const inputsOf = (t: number) => stepArrays(inputs, sizes, head, t);
    const start = inputs.pastState ? stateOf(inputs.pastState, sizes, head) : zeroMatrix(d, e);
    const checkpoints = statesEvery(segment, steps, start, (state, t) => takeStep(state, inputsOf(t)).state);
    let ofState = stateOf(ofStates, sizes, head);
    for (const [index, checkpoint] of [...checkpoints.entries()].reverse()) {
      const from = index * segment;
      const taken: StepValues[] = [];
      for (let t = from; t < Math.min(from + segment, steps); t += 1) {
        taken.push(takeStep(taken.at(-1)?.state ?? checkpoint, inputsOf(t)));
      }
      ofState = taken.reduceRight((gradient, values, offset) => {
        const t = from + offset;
        const ofOutputs = stepOutputs(ofOutput, sizes, head, t);
        return pullStep(values, inputsOf(t), scale, ofOutputs, gradient, stepArrays(gradients, sizes, head, t));
      }, ofState);
    }
    if (gradients.pastState) stateOf(gradients.pastState, sizes, head).data.set(ofState.data);
  }
  return {
    query: inShapeOf(problem.query, gradients.query),
    key: inShapeOf(problem.key, gradients.key),
    value: inShapeOf(problem.value, gradients.value),
    ...(problem.pastState && gradients.pastState && { pastState: inShapeOf(problem.pastState, gradients.pastState) }),
    ...(problem.decay && gradients.decay && { decay: inShapeOf(problem.decay, gradients.decay) }),
    ...(problem.beta && gradients.beta && { beta: inShapeOf(problem.beta, gradients.beta) }),
  };
}

/** The states before the steps 0, `segment`, 2·`segment`, …; of no steps, none. */
function statesEvery(
  segment: number,
  steps: number,
  start: Matrix,
  next: (state: Matrix, t: number) => Matrix,
): readonly Matrix[] {
  const states: Matrix[] = [];
  let state = start;
  for (let t = 0; t < steps; t += 1) {
    if (t % segment === 0) states.push(state);
    state = next(state, t);
  }
  return states;
}

function zerosLike({ query, key, value, pastState, decay, beta }: RecurrentProblem) {
  const zero = ({ shape }: Tensor) => zeros(shape, "float64");
  return {
    query: zero(query),
    key: zero(key),
    value: zero(value),
    ...(pastState && { pastState: zero(pastState) }),
    ...(decay && { decay: zero(decay) }),
    ...(beta && { beta: zero(beta) }),
  };
}
