/** All combinations of the levels, one array a factor. */
export function grid(levels: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
  const names = Object.keys(levels);
  let rows: number[][] = [[]];
  for (const name of names) rows = rows.flatMap((row) => levels[name]!.map((level) => [...row, level]));
  return Object.fromEntries(names.map((name, k) => [name, rows.map((row) => row[k]!)]));
}

/** y = c₀ + c ∏ xₖ^eₖ at every point. */
export function powerLawValues(
  factors: Readonly<Record<string, readonly number[]>>,
  law: {
    readonly intercept: number;
    readonly coefficient: number;
    readonly exponents: Readonly<Record<string, number>>;
  },
): number[] {
  const names = Object.keys(factors);
  return factors[names[0]!]!.map(
    (_, i) =>
      law.intercept +
      names.reduce((product, name) => product * factors[name]![i]! ** law.exponents[name]!, law.coefficient),
  );
}
