import type { MaskKind } from "../../kind/kind.ts";
import { checkPerBatch, ofBatch, type PerBatch, printPerBatch, readPerBatch } from "../../read/per-batch.ts";
import { oneSpan } from "../../spans/spans.ts";

export interface PrefixMask {
  readonly kind: "prefix";
  /** Keys at the front that every query may look at; one number or one for each batch entry. */
  readonly length: PerBatch;
}

/**
 * Every query may look at the first `length` keys. A prefix language model (Raffel et al. 2020, figure 3) is
 * `or(prefix(length), causal())`. A length beyond the last key takes all keys.
 *
 * @throws {MaskError} when the length is not a non-negative integer or a list of them.
 */
export function prefix(length: PerBatch): PrefixMask {
  return prefixKind.read({ length }, "prefix");
}

export const prefixKind: MaskKind<PrefixMask> = {
  kind: "prefix",
  fields: ["length"],
  scattered: false,
  read: (fields, path) => ({ kind: "prefix", length: readPerBatch(fields.length, `${path}.length`, 0) }),
  print: (mask) => `prefix(${printPerBatch(mask.length)})`,
  constant: (mask) => (mask.length === 0 ? false : undefined),
  dependsOn: (mask) => ({ batch: typeof mask.length !== "number", head: false }),
  check: (mask, sizes) => checkPerBatch(mask.length, sizes, "prefix.length"),
  evaluate: (mask, { batch, key }) => key < ofBatch(mask.length, batch),
  bind: ({ length }) => ({
    allows: (batch, _head, _query, key) => key < ofBatch(length, batch),
    cover: (batch, _head, { keyFrom, keyTo }) => {
      const end = ofBatch(length, batch);
      return keyTo <= end ? "full" : keyFrom >= end ? "empty" : "partial";
    },
    spans: (batch, _head, _query, from, to) => oneSpan(0, ofBatch(length, batch), from, to),
  }),
};
