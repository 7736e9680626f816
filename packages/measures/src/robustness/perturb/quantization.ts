import { fromFloat16Bits, toFloat16Bits } from "@xattn/core";
import { type Change, chosen, tokensOf } from "./inputs.ts";
import type { QuantizedType } from "./perturbation.ts";

/**
 * The chosen tokens are rounded to nearest: to float16, or to int8 with one symmetric scale for an input, max |x| / 127
 * (Jacob et al. 2018, without a zero point).
 */
export const quantization =
  (to: QuantizedType): Change =>
  (inputs, budget, random) => {
    const tokens = tokensOf(inputs);
    const rounded = new Set(chosen(tokens, budget, random));
    return inputs.map((input) => {
      const width = input.shape.at(-1)!;
      const round = to === "float16" ? toFloat16 : toInt8(input.data);
      const data = input.data.map((value, index) =>
        rounded.has(Math.floor(index / width) % tokens) ? round(value) : value,
      );
      return { ...input, data };
    });
  };

const toFloat16 = (value: number) => fromFloat16Bits(toFloat16Bits(value));

function toInt8(data: Float64Array): (value: number) => number {
  const step = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127;
  return step === 0 ? (value) => value : (value) => Math.round(value / step) * step;
}
