import { exp2Constants } from "../exact/exp2.ts";

/**
 * sin(2πx) = x·(c₀ + c₁x² + …) on [−¼, ¼]: minimax in relative error, 5.3·10⁻⁹ in exact arithmetic.
 */
const sine = [6.283185273790802, -41.34167747838912, 81.6022312425332, -76.57499217755506, 39.71091811081309];

export const sineTerms = sine.length;

/** Stands for the logarithm of 0: far below all scales, and yet its difference with itself is 0. */
export const lowestScale = -1e30;

/** Each fills 32 bytes, so that two loads make 256 bits; `indices` are the integers 0 to 15, `zeros` 64 bytes. */
export const constantAt = {
  zeros: 0,
  indices: 64,
  one: 128,
  half: 160,
  quarter: 192,
  log2e: 224,
  signs: 256,
  lowest: 288,
  /** 1.5·2²³: adding and subtracting it rounds to an integer. */
  rounder: 320,
  exp2: 352,
  sine: 352 + 32 * exp2Constants.length,
} as const;

export const constantBytes = constantAt.sine + 32 * sine.length;

export function constants(): Uint8Array {
  const bytes = new Uint8Array(constantBytes);
  const floats = new Float32Array(bytes.buffer);
  const integers = new Int32Array(bytes.buffer);
  const fill = (at: number, value: number) => floats.fill(value, at / 4, at / 4 + 8);
  for (let index = 0; index < 16; index += 1) integers[constantAt.indices / 4 + index] = index;
  fill(constantAt.one, 1);
  fill(constantAt.half, 0.5);
  fill(constantAt.quarter, 0.25);
  fill(constantAt.log2e, Math.LOG2E);
  fill(constantAt.signs, -0);
  fill(constantAt.lowest, lowestScale);
  fill(constantAt.rounder, 1.5 * 2 ** 23);
  for (const [index, value] of exp2Constants.entries()) fill(constantAt.exp2 + 32 * index, value);
  for (const [index, value] of sine.entries()) fill(constantAt.sine + 32 * index, value);
  return bytes;
}
