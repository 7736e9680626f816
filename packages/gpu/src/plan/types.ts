import { type AttentionProblem, UnsupportedError } from "@xattn/core";
import type { DeviceDType } from "../wgsl/storage.ts";

/** Element types of the tensors at hand; a part that is not there has none. */
export interface ProblemTypes {
  readonly query: DeviceDType;
  readonly key: DeviceDType;
  readonly value: DeviceDType;
  readonly pastKey?: DeviceDType;
  readonly pastValue?: DeviceDType;
  readonly bias?: DeviceDType;
}

/** @throws UnsupportedError naming the tensor that is float64 */
export function typesOf({ query, key, value, past, bias }: Omit<AttentionProblem, "variant">): ProblemTypes {
  return {
    query: deviceType("query", query.dtype),
    key: deviceType("key", key.dtype),
    value: deviceType("value", value.dtype),
    ...(past && { pastKey: deviceType("past.key", past.key.dtype) }),
    ...(past && { pastValue: deviceType("past.value", past.value.dtype) }),
    ...(bias && { bias: deviceType("bias", bias.dtype) }),
  };
}

export function deviceType(name: string, dtype: AttentionProblem["query"]["dtype"]): DeviceDType {
  if (dtype !== "float64") return dtype;
  throw new UnsupportedError(`${name}: the webgpu backend computes in float32, not float64; use the reference backend`);
}
