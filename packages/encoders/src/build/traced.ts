import { attention, type Projection, project, splitHeads, type Tensor, tensor } from "@xattn/core";
import type { RecordedAttention } from "../record/recorded-attention.ts";
import { largestDifference } from "../record/reproduction.ts";

/** A recorded layer with what went into it, and the weights that the encoder's file has for it. */
export interface TracedAttention {
  readonly record: RecordedAttention;
  /** [1, n, width] */
  readonly states: Tensor<"float32">;
  readonly projections: { readonly query: Projection; readonly key: Projection; readonly value: Projection };
}

/**
 * The largest difference between the encoder's softmax and this project's, when queries and keys are computed from the
 * layer's input with the encoder's own weights too.
 */
export function tracedError({ record, states, projections }: TracedAttention): number {
  const heads = record.query.shape[1]!;
  const [query, key, value] = [projections.query, projections.key, projections.value].map((projection) =>
    splitHeads(project(states, projection), heads),
  ) as [Tensor, Tensor, Tensor];
  const { weights } = attention(query, key, value, { scale: record.scale, weights: true });
  return largestDifference(weights!, record.weights);
}

/** Query, key and value of a joint projection [in, 3·out] with bias [3·out], which stand side by side in it. */
export function splitProjection(
  weight: Float32Array,
  bias: Float32Array,
  inputs: number,
): TracedAttention["projections"] {
  const width = bias.length;
  const outputs = width / 3;
  const part = (start: number): Projection => ({
    weight: tensor(
      [inputs, outputs],
      Float32Array.from(
        { length: inputs * outputs },
        (_, index) => weight[Math.floor(index / outputs) * width + start + (index % outputs)]!,
      ),
    ),
    bias: tensor([outputs], bias.slice(start, start + outputs)),
  });
  return { query: part(0), key: part(outputs), value: part(2 * outputs) };
}
