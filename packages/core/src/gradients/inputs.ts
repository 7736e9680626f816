import type { AttentionProblem } from "../problem/problem.ts";
import { toFloat64 } from "../tensor/convert.ts";
import type { InputArrays } from "./flow.ts";
import { joinPast } from "./past.ts";

/** The numbers of a problem's inputs, the past in front of key and value. */
export function inputArrays({ query, key, value, past, bias, sinks }: AttentionProblem): InputArrays {
  return {
    query: toFloat64(query),
    key: joinPast(past?.key, key),
    value: joinPast(past?.value, value),
    ...(bias && { bias: toFloat64(bias) }),
    ...(sinks && { sinks: toFloat64(sinks) }),
  };
}
