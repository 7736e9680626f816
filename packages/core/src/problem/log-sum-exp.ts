import { UnsupportedError } from "../errors/errors.ts";
import { describeVariant } from "./describe.ts";
import type { Variant } from "./variant.ts";

/** @throws UnsupportedError for variants that are not normalized by a log-sum-exp, so that parts would not merge by it */
export function needLogSumExp(variant: Variant): void {
  if (variant.kind === "entmax" || variant.kind === "linear") {
    throw new UnsupportedError(`outputs.logSumExp: ${describeVariant(variant)} is not normalized by a log-sum-exp`);
  }
}
