import { toFloat64 } from "../../tensor/convert.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** How far an approximation is from the exact values. */
export interface AcceptedError {
  /** ‖approximate − exact‖ / ‖exact‖ in the Frobenius norm; 0 when both are 0, ∞ when only the exact one is. */
  readonly relative: number;
  /** The largest |approximate − exact| of an element. */
  readonly maximum: number;
}

export function differenceOf(approximate: Tensor, exact: Tensor): AcceptedError {
  const right = toFloat64(exact);
  let squares = 0;
  let norm = 0;
  let maximum = 0;
  for (const [index, left] of toFloat64(approximate).entries()) {
    const difference = left - right[index]!;
    squares += difference * difference;
    norm += right[index]! * right[index]!;
    maximum = Math.max(maximum, Math.abs(difference));
  }
  return { relative: squares === 0 ? 0 : Math.sqrt(squares / norm), maximum };
}
