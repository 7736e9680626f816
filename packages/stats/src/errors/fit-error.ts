/** Why a fit is impossible. */
export type FitErrorReason =
  | "too-few-points"
  | "constant-factor"
  | "collinear-factors"
  | "non-positive-value"
  | "unequal-lengths"
  | "negative-term"
  | "reserved-name"
  | "no-factors"
  | "no-candidates";

/** Data that cannot be fitted; `reason` is for programs, the message for people. */
export class FitError extends Error {
  override readonly name: string = "FitError";
  readonly reason: FitErrorReason;

  constructor(reason: FitErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
