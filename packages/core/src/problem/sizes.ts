/** The letters of an attention problem, as numbers. */
export interface ProblemSizes {
  readonly batch: number;
  /** Query heads h. */
  readonly heads: number;
  /** Key-value heads g; h is a multiple of g. */
  readonly keyHeads: number;
  /** Queries n. */
  readonly n: number;
  /** Keys m, those of the past included. */
  readonly m: number;
  /** Width of queries and keys. */
  readonly d: number;
  /** Width of values. */
  readonly e: number;
}

/** The key-value head that query head `head` reads. */
export function keyHeadOf(head: number, { heads, keyHeads }: Pick<ProblemSizes, "heads" | "keyHeads">): number {
  return Math.floor(head / (heads / keyHeads));
}
