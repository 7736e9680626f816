/** The natural logarithm of a ratio, estimated from noisy samples. */
export type LogRatio = {
  readonly estimate: number;
  readonly standardError: number;
  /** Degrees of freedom of the standard error, a whole number of at least 1. */
  readonly degreesOfFreedom: number;
};
