import { jensenShannon } from "../../robustness/response/distributions.ts";
import { meanOf, rowsOf } from "../explained/attention-map.ts";
import type { AttentionMap } from "../explained/explained.ts";
import { attentionEntropy } from "./concentration.ts";

/**
 * The mean Jensen-Shannon divergence between heads, over all pairs of heads and all queries, in nats: 0 when heads are
 * the same, ln 2 when no two share an item (after Li et al. 2018 and Clark et al. 2019). 0 for one head.
 */
export function headDivergence(map: AttentionMap): number {
  const { heads, queries } = map;
  const rows = rowsOf(map);
  let sum = 0;
  for (let left = 1; left < heads; left += 1) {
    for (let right = 0; right < left; right += 1) {
      for (let query = 0; query < queries; query += 1) {
        sum += jensenShannon(rows[left * queries + query]!, rows[right * queries + query]!);
      }
    }
  }
  const pairs = (heads * (heads - 1)) / 2;
  return pairs === 0 ? 0 : sum / (pairs * queries);
}

/**
 * How much it says about the item to know the head: the mutual information of head and item for a query, when all
 * heads are as likely, H(mean of heads) − mean of H(head), averaged over queries; in nats, from 0 to ln h.
 */
export function headSpecialization(map: AttentionMap): number {
  const { heads, queries } = map;
  const rows = rowsOf(map);
  const ofQuery = (query: number) =>
    mutualInformation(Array.from({ length: heads }, (_, head) => rows[head * queries + query]!));
  return Array.from({ length: queries }, (_, query) => ofQuery(query)).reduce((sum, value) => sum + value, 0) / queries;
}

/**
 * How much it says about the item to know the query: the same between the queries of a head, a number a head. Near 0
 * for a head that looks at the same items whatever is asked, such as one that attends to a sink.
 */
export function querySpecialization(map: AttentionMap): number[] {
  const { heads, queries } = map;
  const rows = rowsOf(map);
  return Array.from({ length: heads }, (_, head) =>
    mutualInformation(rows.slice(head * queries, (head + 1) * queries)),
  );
}

/** The generalized Jensen-Shannon divergence of distributions with equal shares (Lin 1991). */
function mutualInformation(distributions: readonly Float64Array[]): number {
  const within = distributions.reduce((sum, row) => sum + attentionEntropy(row), 0) / distributions.length;
  return Math.max(0, attentionEntropy(meanOf(distributions)) - within);
}
