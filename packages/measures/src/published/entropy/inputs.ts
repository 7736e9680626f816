import type { Random } from "@xattn/core";
import { type Matrix, mapOf, matrix, product, scaled, transposed } from "../spectral/matrix.ts";
import { lengthOf, spectralNorm, unit } from "../spectral/spectral-norm.ts";

/** Tokens [T, d] and the projections [d, d] of their queries and keys. */
export interface SelfAttentionInputs {
  readonly tokens: Matrix;
  readonly queryWeights: Matrix;
  readonly keyWeights: Matrix;
}

/** σ·σₓ = ‖W_K·W_Qᵀ‖₂·‖XXᵀ‖₂, what the bound depends on, by power iteration. */
export function strengthOf({ tokens, queryWeights, keyWeights }: SelfAttentionInputs, random: Random): number {
  const ofWeights = spectralNorm(mapOf(product(keyWeights, transposed(queryWeights))), random);
  return ofWeights * spectralNorm(mapOf(product(tokens, transposed(tokens))), random);
}

/** Gaussian tokens and projections, with the queries scaled so that σ·σₓ is the strength. */
export function gaussianInputs(count: number, d: number, strength: number, random: Random): SelfAttentionInputs {
  const draw = (rows: number) => matrix(rows, d, () => random.normal());
  const inputs = { tokens: draw(count), queryWeights: draw(d), keyWeights: draw(d) };
  return { ...inputs, queryWeights: scaled(inputs.queryWeights, strength / strengthOf(inputs, random)) };
}

/**
 * Inputs whose first row of logits is the one of least entropy among all of length σ·σₓ: one logit above T − 1 equal
 * ones, with mean 0. That needs a first token as long as ‖X‖₂, and a W_K·W_Qᵀ that turns it towards the direction that X
 * takes to those logits: X = s·(e₁aᵀ + r·bᵀ) with r uniform over the other tokens and a, b orthonormal, and a turn in
 * the plane of a and b that takes a to √((T−1)/T)·a − √(1/T)·b. Nothing else is special: a and b are random.
 */
export function attainingInputs(count: number, d: number, strength: number, random: Random): SelfAttentionInputs {
  const [a, b] = orthonormalPair(d, random);
  const others = 1 / Math.sqrt(count - 1);
  const tokens = matrix(count, d, (row, column) => (row === 0 ? a[column]! : others * b[column]!));
  const [cosine, sine] = [Math.sqrt((count - 1) / count), -Math.sqrt(1 / count)];
  const identity = matrix(d, d, (row, column) => (row === column ? 1 : 0));
  const turn = matrix(d, d, (row, column) => {
    const along = (cosine - 1) * (a[row]! * a[column]! + b[row]! * b[column]!);
    const across = sine * (b[row]! * a[column]! - a[row]! * b[column]!);
    return (row === column ? 1 : 0) + along + across;
  });
  return { tokens, queryWeights: scaled(identity, strength), keyWeights: turn };
}

function orthonormalPair(d: number, random: Random): readonly [Float64Array, Float64Array] {
  const draw = () => Float64Array.from({ length: d }, () => random.normal());
  const a = unit(draw());
  const other = draw();
  const along = other.reduce((sum, value, index) => sum + value * a[index]!, 0);
  const rest = other.map((value, index) => value - along * a[index]!);
  return [a, rest.map((value) => value / lengthOf(rest))];
}
