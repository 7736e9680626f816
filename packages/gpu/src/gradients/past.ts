import { type AttentionProblem, convert, type Tensor, zeros } from "@xattn/core";
import { putBlock, type Ranges, takeBlock } from "../backend/tensors.ts";

/** The problem in float32, with the keys and values of the past in front of the new ones. */
export function joinPast({ past, ...problem }: AttentionProblem): AttentionProblem {
  const { query, key, value, bias } = problem;
  return {
    ...problem,
    query: convert(query, "float32"),
    key: joined(past?.key, key),
    value: joined(past?.value, value),
    ...(bias && { bias: convert(bias, "float32") }),
  };
}

function joined(past: Tensor | undefined, recent: Tensor): Tensor<"float32"> {
  if (!past) return convert(recent, "float32");
  const { whole, early, late } = places(past, recent);
  const target = zeros(whole);
  putBlock(target, early, convert(past, "float32").data);
  putBlock(target, late, convert(recent, "float32").data);
  return target;
}

/** Gradients by key and value, apart again. */
export function splitPast(
  { key, value, past }: AttentionProblem,
  byKey: Tensor<"float32">,
  byValue: Tensor<"float32">,
): {
  readonly key: Tensor<"float32">;
  readonly value: Tensor<"float32">;
  readonly past?: { readonly key: Tensor<"float32">; readonly value: Tensor<"float32"> };
} {
  if (!past) return { key: byKey, value: byValue };
  const [keys, values] = [apart(past.key, key, byKey), apart(past.value, value, byValue)];
  return { key: keys.late, value: values.late, past: { key: keys.early, value: values.early } };
}

function apart(past: Tensor, recent: Tensor, joinedRows: Tensor<"float32">) {
  const { early, late } = places(past, recent);
  const block = (shape: readonly number[], ranges: Ranges) => {
    const part = zeros([...shape]);
    part.data.set(takeBlock(joinedRows, ranges) as Float32Array);
    return part;
  };
  return { early: block(past.shape, early), late: block(recent.shape, late) };
}

function places(past: Tensor, recent: Tensor) {
  const [batch, heads, before, width] = past.shape as readonly [number, number, number, number];
  const all = before + recent.shape[2]!;
  const around = [[0, batch] as const, [0, heads] as const];
  return {
    whole: [batch, heads, all, width],
    early: [...around, [0, before] as const, [0, width] as const],
    late: [...around, [before, all] as const, [0, width] as const],
  };
}
