import type { Mask } from "@xattn/masking";

/**
 * Groups in a row: a query sees its own group and all before it. Groups are given by their sizes; the queries are
 * the last of all positions, from `firstQuery` on.
 */
export function blockCausal(groups: readonly number[], firstQuery = 0): Mask {
  const total = groups.reduce((sum, size) => sum + size, 0);
  let end = 0;
  const masks = groups.map((size): Mask => {
    const first = Math.max(0, end - firstQuery);
    end += size;
    const seen: Mask = { kind: "prefix", length: end };
    if (first === 0) return seen;
    const queries = Array.from({ length: total - firstQuery - first }, (_, index) => first + index);
    return { kind: "and", masks: [{ kind: "global", queries, keys: [] }, seen] };
  });
  return { kind: "or", masks };
}
