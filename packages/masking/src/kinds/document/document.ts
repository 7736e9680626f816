import { MaskError } from "../../errors/mask-error.ts";
import type { MaskKind } from "../../kind/kind.ts";
import { printList } from "../../read/per-batch.ts";
import { readInteger, readNonEmptyList } from "../../read/values.ts";
import type { MaskSizes } from "../../sizes/sizes.ts";
import { clipSpans, pushSpan, type Spans } from "../../spans/spans.ts";

/** One identifier for each position, for all batch entries or, as rows, for each of them. */
export type DocumentIds = readonly number[] | readonly (readonly number[])[];

export interface DocumentMask {
  readonly kind: "document";
  readonly queries: DocumentIds;
  readonly keys: DocumentIds;
}

/**
 * Documents packed into one sequence: a query may look at the keys whose document is its own. Identifiers are integers
 * in any order; a document need not be contiguous. `keys` is `queries` when absent (self-attention).
 *
 * @throws {MaskError} when an identifier is not an integer. Laid over sizes, it also throws when a list is not as long
 * as its axis.
 */
export function document(queries: DocumentIds, keys: DocumentIds = queries): DocumentMask {
  return documentKind.read({ queries, keys }, "document");
}

function perBatch(ids: DocumentIds): ids is readonly (readonly number[])[] {
  return typeof ids[0] !== "number";
}

function idsOf(ids: DocumentIds, batch: number): readonly number[] {
  return perBatch(ids) ? ids[batch]! : ids;
}

function readIds(value: unknown, path: string): DocumentIds {
  const readRow = (row: unknown, rowPath: string) => readNonEmptyList(row, rowPath, (id, at) => readInteger(id, at));
  return Array.isArray(value) && Array.isArray(value[0])
    ? readNonEmptyList(value, path, readRow)
    : readRow(value, path);
}

function checkIds(ids: DocumentIds, axis: number, sizes: MaskSizes, path: string): void {
  if (!perBatch(ids)) {
    if (ids.length !== axis) throw new MaskError(path, ids, `a list of ${axis} identifiers, one for each position`);
    return;
  }
  if (ids.length !== sizes.batch) {
    throw new MaskError(path, ids, `a list with one row for each of the ${sizes.batch} batch entries`);
  }
  for (const [index, row] of ids.entries()) checkIds(row, axis, sizes, `${path}[${index}]`);
}

function printIds(ids: DocumentIds): string {
  return perBatch(ids) ? `[${ids.map(printList).join(", ")}]` : printList(ids);
}

function spansById(ids: readonly number[]): ReadonlyMap<number, Spans> {
  const spans = new Map<number, number[]>();
  for (const [at, id] of ids.entries()) {
    const known = spans.get(id);
    if (known === undefined) spans.set(id, [at, at + 1]);
    else pushSpan(known, at, at + 1);
  }
  return spans;
}

export const documentKind: MaskKind<DocumentMask> = {
  kind: "document",
  fields: ["queries", "keys"],
  scattered: false,
  read: (fields, path) => {
    const queries = readIds(fields.queries, `${path}.queries`);
    return { kind: "document", queries, keys: readIds(fields.keys ?? queries, `${path}.keys`) };
  },
  print: ({ queries, keys }) => {
    const printed = [printIds(queries), printIds(keys)];
    return `document(${queries === keys || printed[0] === printed[1] ? printed[0] : printed.join(", ")})`;
  },
  constant: () => undefined,
  dependsOn: ({ queries, keys }) => ({ batch: perBatch(queries) || perBatch(keys), head: false }),
  check: ({ queries, keys }, sizes) => {
    checkIds(queries, sizes.queries, sizes, "document.queries");
    checkIds(keys, sizes.keys, sizes, "document.keys");
  },
  evaluate: ({ queries, keys }, { batch, query, key }) => idsOf(queries, batch)[query] === idsOf(keys, batch)[key],
  bind: ({ queries, keys }) => {
    const rows = perBatch(keys) ? keys.map(spansById) : [spansById(keys)];
    const spansOf = (batch: number, id: number): Spans => rows[perBatch(keys) ? batch : 0]!.get(id) ?? [];
    return {
      allows: (batch, _head, query, key) => idsOf(queries, batch)[query] === idsOf(keys, batch)[key],
      cover: (batch, _head, { queryFrom, queryTo, keyFrom, keyTo }) => {
        const looking = new Set(idsOf(queries, batch).slice(queryFrom, queryTo));
        const seen = idsOf(keys, batch);
        let shared = 0;
        for (let key = keyFrom; key < keyTo; key++) if (looking.has(seen[key]!)) shared++;
        if (shared === 0) return "empty";
        return shared === keyTo - keyFrom && looking.size === 1 ? "full" : "partial";
      },
      spans: (batch, _head, query, from, to) => clipSpans(spansOf(batch, idsOf(queries, batch)[query]!), from, to),
    };
  },
};
