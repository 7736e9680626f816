import type { AttentionProblem } from "../problem/problem.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { needTangentOf } from "./check.ts";
import type { InputArrays } from "./flow.ts";
import { inputArrays } from "./inputs.ts";

/** The direction in which query, key, value and past move: a tangent has the shape of its input; an absent one is 0. */
export interface QueryKeyValueTangents {
  readonly query?: Tensor;
  readonly key?: Tensor;
  readonly value?: Tensor;
  readonly past?: { readonly key?: Tensor; readonly value?: Tensor };
}

/** The direction in which the inputs move: a tangent has the shape of its input; an absent one is 0. */
export interface AttentionInputTangents extends QueryKeyValueTangents {
  readonly bias?: Tensor;
  readonly sinks?: Tensor;
}

/**
 * The numbers of all tangents, the past in front of key and value.
 *
 * @throws ShapeError when a tangent has not the shape of its input
 * @throws ArgumentError when there is a tangent of an input that the problem has not
 */
export function directionsOf(problem: AttentionProblem, tangents: AttentionInputTangents): InputArrays {
  const { query, key, value, past, bias, sinks } = problem;
  needTangentOf("query", tangents.query, query);
  needTangentOf("key", tangents.key, key);
  needTangentOf("value", tangents.value, value);
  needTangentOf("past.key", tangents.past?.key, past?.key);
  needTangentOf("past.value", tangents.past?.value, past?.value);
  needTangentOf("bias", tangents.bias, bias);
  needTangentOf("sinks", tangents.sinks, sinks);
  const orZeros = (tangent: Tensor | undefined, { shape }: Tensor): Tensor => tangent ?? zeros(shape, "float64");
  return inputArrays({
    query: orZeros(tangents.query, query),
    key: orZeros(tangents.key, key),
    value: orZeros(tangents.value, value),
    ...(past && {
      past: { key: orZeros(tangents.past?.key, past.key), value: orZeros(tangents.past?.value, past.value) },
    }),
    ...(tangents.bias && { bias: tangents.bias }),
    ...(tangents.sinks && { sinks: tangents.sinks }),
  });
}
