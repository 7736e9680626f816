/** The attention of one query over some of the keys. */
export interface RowPart {
  readonly output: ArrayLike<number>;
  readonly logSumExp: number;
}

/**
 * output = Σₚ exp(lseₚ − lse)·outputₚ with lse = log Σₚ exp(lseₚ) (Rabe and Staats 2021, section 3; Dao et al. 2022,
 * section 3.1). A part over no keys has lse −∞ and counts for nothing, whatever its output holds.
 */
export function mergeRow(parts: readonly RowPart[], output: Float64Array): number {
  output.fill(0);
  const largest = parts.reduce((maximum, part) => Math.max(maximum, part.logSumExp), Number.NEGATIVE_INFINITY);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (const part of parts) {
    if (part.logSumExp === Number.NEGATIVE_INFINITY) continue;
    const share = Math.exp(part.logSumExp - largest);
    sum += share;
    for (let column = 0; column < output.length; column += 1) output[column]! += share * part.output[column]!;
  }
  for (let column = 0; column < output.length; column += 1) output[column]! /= sum;
  return largest + Math.log(sum);
}
