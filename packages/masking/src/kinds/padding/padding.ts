import { MaskError } from "../../errors/mask-error.ts";
import type { MaskKind } from "../../kind/kind.ts";
import { printList } from "../../read/per-batch.ts";
import { readInteger, readNonEmptyList } from "../../read/values.ts";
import type { MaskSizes } from "../../sizes/sizes.ts";
import { oneSpan } from "../../spans/spans.ts";

export interface PaddingMask {
  readonly kind: "padding";
  /** Real keys at the front of each batch entry; all of them when absent. */
  readonly keys?: readonly number[];
  /** Real queries at the front of each batch entry; all of them when absent. */
  readonly queries?: readonly number[];
}

/**
 * Sequences of unequal length in one batch: entry b has `keys[b]` real keys and `queries[b]` real queries, the rest is
 * padding that neither looks nor is looked at.
 *
 * @throws {MaskError} when a length is not a non-negative integer. Laid over sizes, it also throws when there is not
 * one length for each batch entry or a length exceeds the axis.
 */
export function padding(lengths: { keys?: readonly number[]; queries?: readonly number[] }): PaddingMask {
  return paddingKind.read(lengths, "padding");
}

function readLengths(value: unknown, path: string): readonly number[] {
  return readNonEmptyList(value, path, (length, lengthPath) => readInteger(length, lengthPath, 0));
}

function checkLengths(lengths: readonly number[] | undefined, axis: number, sizes: MaskSizes, path: string): void {
  if (lengths === undefined) return;
  if (lengths.length !== sizes.batch) {
    throw new MaskError(path, lengths, `a list with one length for each of the ${sizes.batch} batch entries`);
  }
  const long = lengths.findIndex((length) => length > axis);
  if (long >= 0) throw new MaskError(`${path}[${long}]`, lengths[long], `at most ${axis}, the size of the axis`);
}

export const paddingKind: MaskKind<PaddingMask> = {
  kind: "padding",
  fields: ["keys", "queries"],
  scattered: false,
  read: (fields, path) => ({
    kind: "padding",
    ...(fields.keys === undefined ? {} : { keys: readLengths(fields.keys, `${path}.keys`) }),
    ...(fields.queries === undefined ? {} : { queries: readLengths(fields.queries, `${path}.queries`) }),
  }),
  print: ({ keys, queries }) => {
    const parts = [keys && `keys ${printList(keys)}`, queries && `queries ${printList(queries)}`];
    return `padding(${parts.filter((part) => part !== undefined).join(", ")})`;
  },
  constant: ({ keys, queries }) => (keys === undefined && queries === undefined ? true : undefined),
  dependsOn: ({ keys, queries }) => ({ batch: keys !== undefined || queries !== undefined, head: false }),
  check: ({ keys, queries }, sizes) => {
    checkLengths(keys, sizes.keys, sizes, "padding.keys");
    checkLengths(queries, sizes.queries, sizes, "padding.queries");
  },
  evaluate: ({ keys, queries }, { batch, query, key }) =>
    (keys === undefined || key < keys[batch]!) && (queries === undefined || query < queries[batch]!),
  bind: (mask, sizes) => {
    const keys = mask.keys ?? new Array<number>(sizes.batch).fill(sizes.keys);
    const queries = mask.queries ?? new Array<number>(sizes.batch).fill(sizes.queries);
    return {
      allows: (batch, _head, query, key) => key < keys[batch]! && query < queries[batch]!,
      cover: (batch, _head, region) => {
        if (region.keyFrom >= keys[batch]! || region.queryFrom >= queries[batch]!) return "empty";
        return region.keyTo <= keys[batch]! && region.queryTo <= queries[batch]! ? "full" : "partial";
      },
      spans: (batch, _head, query, from, to) => (query < queries[batch]! ? oneSpan(0, keys[batch]!, from, to) : []),
    };
  },
};
