/** Something that one row may take: its share of the budget, from 0 to 1, and what it brings. */
export interface Offer {
  readonly cost: number;
  readonly gain: number;
}

/** Costs are rounded up to this share of the budget. */
const grain = 1 / 400;

/**
 * At most one offer for each row so that they cost no more than the budget, 1, and bring most, by dynamic programming
 * over costs rounded up to 1/400.
 *
 * @returns which offer each row takes; undefined for none
 */
export function knapsack(rows: readonly (readonly Offer[])[]): (number | undefined)[] {
  const size = Math.round(1 / grain);
  let gains = new Float64Array(size + 1);
  const choices = rows.map((offers) => {
    const next = Float64Array.from(gains);
    const taken = new Int32Array(size + 1).fill(-1);
    for (const [index, { cost, gain }] of offers.entries()) {
      const weight = Math.ceil(cost / grain);
      for (let budget = weight; budget <= size; budget += 1) {
        const total = gains[budget - weight]! + gain;
        if (total <= next[budget]!) continue;
        next[budget] = total;
        taken[budget] = index;
      }
    }
    gains = next;
    return taken;
  });
  const result: (number | undefined)[] = [];
  let budget = size;
  for (let row = rows.length - 1; row >= 0; row -= 1) {
    const index = choices[row]![budget]!;
    result.unshift(index < 0 ? undefined : index);
    if (index >= 0) budget -= Math.ceil(rows[row]![index]!.cost / grain);
  }
  return result;
}
