import { type Random, type Tensor, tensor } from "@xattn/core";
import { lengthOf } from "../spectral/spectral-norm.ts";

/** Tokens at which self-attention is as steep as a paper says that it can be. */
export const tokenKinds = ["adversary", "one-at-zero"] as const;
export type TokenKind = (typeof tokenKinds)[number];

/**
 * One token at R, n − 1 at y with y·(R − y) = ln(n − 1), all on a line: each of the many then gives half of its weight
 * to the one, where that weight reacts most (Castin et al. 2024, the construction behind the lower bound).
 * Of the two solutions the larger y is taken, which leaves the tokens closer together.
 */
export function adversary(n: number, radius: number): Tensor<"float64"> {
  const y = (radius + Math.sqrt(radius ** 2 - 4 * Math.log(n - 1))) / 2;
  const data = new Float64Array(n).fill(y);
  data[0] = radius;
  return tensor([1, 1, n, 1], data);
}

/** Why there is no such adversary, if there is none: y·(R − y) is at most R²/4. */
export function adversaryProblem(n: number, radius: number, d: number): string | undefined {
  if (d !== 1) return `the adversary is one-dimensional, and d is ${d}`;
  if (n < 3) return `the adversary needs 3 tokens or more, and n is ${n}`;
  const most = Math.floor(Math.exp(radius ** 2 / 4) + 1);
  return n <= most ? undefined : `within radius ${radius} the adversary has at most ${most} tokens, and n is ${n}`;
}

/**
 * One token at 0, the others Gaussian and scaled so that the longest has length R: the weights of the one stay uniform
 * whatever R, and its output moves with the covariance of the tokens (Kim et al. 2021).
 */
export function oneAtZero(n: number, d: number, radius: number, random: Random): Tensor<"float64"> {
  const data = Float64Array.from({ length: n * d }, (_, index) => (index < d ? 0 : random.normal()));
  let longest = 0;
  for (let start = d; start < data.length; start += d) {
    longest = Math.max(longest, lengthOf(data.subarray(start, start + d)));
  }
  return tensor(
    [1, 1, n, d],
    data.map((value) => (value * radius) / longest),
  );
}
