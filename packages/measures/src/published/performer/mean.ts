export interface Mean {
  readonly estimate: number;
  readonly standardError: number;
}

/** The mean of independent values with its standard error s/√N. */
export function meanOf(values: readonly number[]): Mean {
  const estimate = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - estimate) ** 2, 0) / (values.length - 1);
  return { estimate, standardError: Math.sqrt(variance / values.length) };
}

/** The ratio of the means of paired values; its standard error by the delta method. */
export function ratioOf(above: readonly number[], below: readonly number[]): Mean {
  const denominator = meanOf(below).estimate;
  const estimate = meanOf(above).estimate / denominator;
  const { standardError } = meanOf(above.map((value, index) => value - estimate * below[index]!));
  return { estimate, standardError: standardError / denominator };
}
