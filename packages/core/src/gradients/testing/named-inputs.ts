import type { AttentionProblem } from "../../problem/problem.ts";
import { convert } from "../../tensor/convert.ts";
import type { Named } from "./form.ts";

/** The inputs of an attention problem that can move; tangents and gradients of them have the same form. */
export type Inputs = Pick<AttentionProblem, "query" | "key" | "value" | "past" | "bias" | "sinks">;

export function namedInputs({ query, key, value, past, bias, sinks }: Inputs): Named {
  return {
    query: convert(query, "float64"),
    key: convert(key, "float64"),
    value: convert(value, "float64"),
    ...(past && { "past.key": convert(past.key, "float64"), "past.value": convert(past.value, "float64") }),
    ...(bias && { bias: convert(bias, "float64") }),
    ...(sinks && { sinks: convert(sinks, "float64") }),
  };
}

/** The inverse of `namedInputs`. */
export function inputsNamed(named: Named): Inputs {
  const { query, key, value, "past.key": pastKey, "past.value": pastValue, bias, sinks } = named;
  return {
    query: query!,
    key: key!,
    value: value!,
    ...(pastKey && pastValue && { past: { key: pastKey, value: pastValue } }),
    ...(bias && { bias }),
    ...(sinks && { sinks }),
  };
}
