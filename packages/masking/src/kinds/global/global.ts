import { coverage, INDEPENDENT, type MaskKind } from "../../kind/kind.ts";
import { printList } from "../../read/per-batch.ts";
import { readInteger, readList } from "../../read/values.ts";
import { clipSpans, oneSpan, spansWhere } from "../../spans/spans.ts";

export interface GlobalMask {
  readonly kind: "global";
  /** Queries that may look at every key. */
  readonly queries: readonly number[];
  /** Keys that every query may look at. */
  readonly keys: readonly number[];
}

/**
 * Global tokens: the listed queries may look at every key, and every query at the listed keys (Beltagy et al. 2020,
 * section 3.1; Zaheer et al. 2020). Made to be joined: `or(window(64, 64), global({ queries: [0], keys: [0] }))`.
 * Indices beyond an axis have no effect, so that one mask serves a growing sequence.
 *
 * @throws {MaskError} when an index is not a non-negative integer.
 */
export function global(tokens: { queries?: readonly number[]; keys?: readonly number[] }): GlobalMask {
  return globalKind.read(tokens, "global");
}

function readIndices(value: unknown, path: string): readonly number[] {
  return readList(value ?? [], path, (index, indexPath) => readInteger(index, indexPath, 0));
}

/** counts[i] is how many of the indices lie below i. */
function countBelow(indices: ReadonlySet<number>, size: number): Int32Array {
  const counts = new Int32Array(size + 1);
  for (let at = 0; at < size; at++) counts[at + 1] = counts[at]! + (indices.has(at) ? 1 : 0);
  return counts;
}

export const globalKind: MaskKind<GlobalMask> = {
  kind: "global",
  fields: ["queries", "keys"],
  scattered: false,
  read: (fields, path) => ({
    kind: "global",
    queries: readIndices(fields.queries, `${path}.queries`),
    keys: readIndices(fields.keys, `${path}.keys`),
  }),
  print: ({ queries, keys }) => {
    const parts = [queries.length > 0 && `queries ${printList(queries)}`, keys.length > 0 && `keys ${printList(keys)}`];
    return `global(${parts.filter((part) => part !== false).join(", ")})`;
  },
  constant: ({ queries, keys }) => (queries.length === 0 && keys.length === 0 ? false : undefined),
  dependsOn: () => INDEPENDENT,
  check: () => {},
  evaluate: ({ queries, keys }, { query, key }) => queries.includes(query) || keys.includes(key),
  bind: (mask, sizes) => {
    const queries = new Set(mask.queries);
    const keys = new Set(mask.keys);
    const queriesBelow = countBelow(queries, sizes.queries);
    const keysBelow = countBelow(keys, sizes.keys);
    const keySpans = spansWhere(0, sizes.keys, (key) => keys.has(key));
    return {
      allows: (_batch, _head, query, key) => queries.has(query) || keys.has(key),
      cover: (_batch, _head, { queryFrom, queryTo, keyFrom, keyTo }) => {
        const rows = coverage(queriesBelow[queryTo]! - queriesBelow[queryFrom]!, queryTo - queryFrom);
        const columns = coverage(keysBelow[keyTo]! - keysBelow[keyFrom]!, keyTo - keyFrom);
        if (rows === "full" || columns === "full") return "full";
        return rows === "empty" && columns === "empty" ? "empty" : "partial";
      },
      spans: (_batch, _head, query, from, to) =>
        queries.has(query) ? oneSpan(from, to, from, to) : clipSpans(keySpans, from, to),
    };
  },
};
