/** Bad input to an estimator: empty or non-finite samples, unequal lengths, a level outside (0, 1). */
export class StatisticsError extends Error {
  override readonly name: string = "StatisticsError";
}
