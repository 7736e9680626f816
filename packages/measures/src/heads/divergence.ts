/** −Σ p·log₂ p in bits; a p of 0 adds nothing. */
export function entropy(distribution: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < distribution.length; index += 1) {
    const share = distribution[index]!;
    if (share > 0) sum -= share * Math.log2(share);
  }
  return sum;
}

/**
 * Jensen-Shannon divergence in bits: 0 for equal distributions, 1 for those that share nothing (Lin 1991).
 *
 * @param left as many elements as `right`, each distribution summing to 1
 * @param entropies of the two, where they are known already
 */
export function jensenShannon(
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  entropies: readonly [number, number] = [entropy(left), entropy(right)],
): number {
  let middle = 0;
  for (let index = 0; index < left.length; index += 1) {
    const share = (left[index]! + right[index]!) / 2;
    if (share > 0) middle -= share * Math.log2(share);
  }
  return Math.max(0, middle - (entropies[0] + entropies[1]) / 2);
}
