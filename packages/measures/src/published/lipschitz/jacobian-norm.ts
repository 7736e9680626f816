import { type Random, seededRandom, type Tensor } from "@xattn/core";
import { z } from "zod";
import { seedParameter, wholeNumber } from "../../cell/whole-number.ts";
import { deterministic } from "../../contract/deterministic.ts";
import { type DirectMeasure, type Parameters, UnsupportedError } from "../../contract/measure.ts";
import { mapOf, matrix } from "../spectral/matrix.ts";
import { spectralNorm } from "../spectral/spectral-norm.ts";
import { selfAttentionJacobian } from "./self-attention.ts";
import { adversary, adversaryProblem, oneAtZero, type TokenKind, tokenKinds } from "./tokens.ts";

type JacobianColumn = "jacobianNorm" | "publishedNorm" | "overPublished" | "ceiling" | "ofCeiling";

/**
 * The spectral norm of the Jacobian of self-attention softmax(XXᵀ)X, its Lipschitz constant near X, at the tokens by
 * which papers show how large it gets. Float64; power iteration over attentionJvp and attentionVjp.
 *
 * - "adversary": √(n−1)·(½ + ¼·ln(n−1)), the norm of the column of the one token at R, is published.
 * - "one-at-zero": the covariance of the tokens, weighted uniformly, plus 1/n: the block of the token at 0, which the
 *   whole norm cannot be below (Kim et al. 2021).
 */
export function jacobianNorm(): DirectMeasure<JacobianColumn> {
  return {
    kind: "direct",
    name: "jacobianNorm",
    version: 1,
    description: "Spectral norm of the Jacobian of self-attention at adversarial tokens.",
    parameters: {
      tokens: z.enum(tokenKinds),
      n: wholeNumber("tokens n", 2, 65_536),
      d: wholeNumber("width d of the tokens", 1, 1024),
      radius: z.number().positive().max(1e4).describe("length R of the longest token, above 0 and at most 10000"),
      seed: seedParameter,
    },
    columns: {
      jacobianNorm: deterministic("1", "‖J‖₂ of X ↦ softmax(XXᵀ)X.", 1e-9),
      publishedNorm: deterministic("1", "What the paper's formula gives.", 1e-9),
      overPublished: deterministic("1", "jacobianNorm / publishedNorm.", 1e-9),
      ceiling: deterministic("1", "√3·√(R⁴·(4n + 1) + n), which no tokens within radius R exceed.", 1e-9),
      ofCeiling: deterministic("1", "jacobianNorm / ceiling.", 1e-9),
    },
    exclusive: false,
    check,
    run(cell, { seed }) {
      const problem = check(cell);
      if (problem) throw new UnsupportedError(problem);
      const { n, radius } = cell as Record<string, number>;
      const random = seededRandom(seed);
      const tokens = tokensOf(cell, random.fork("tokens"));
      const norm = spectralNorm(selfAttentionJacobian(tokens), random.fork("start"));
      const publishedNorm = published(cell, tokens, random.fork("covariance"));
      const ceiling = Math.sqrt(3 * (radius! ** 4 * (4 * n! + 1) + n!));
      return {
        jacobianNorm: norm,
        publishedNorm,
        overPublished: norm / publishedNorm,
        ceiling,
        ofCeiling: norm / ceiling,
      };
    },
  };

  function published(cell: Parameters, tokens: Tensor<"float64">, random: Random): number {
    const [n, d] = [cell.n as number, cell.d as number];
    if (cell.tokens === "adversary") return Math.sqrt(n - 1) * (1 / 2 + Math.log(n - 1) / 4);
    return covarianceNorm(tokens.data, n, d, random) + 1 / n;
  }
}

function check(cell: Parameters): string | undefined {
  const { n, d, radius } = cell as Record<string, number>;
  return cell.tokens === "adversary" ? adversaryProblem(n!, radius!, d!) : undefined;
}

function tokensOf(cell: Parameters, random: Random): Tensor<"float64"> {
  const { n, d, radius } = cell as Record<string, number>;
  switch (cell.tokens as TokenKind) {
    case "adversary":
      return adversary(n!, radius!);
    case "one-at-zero":
      return oneAtZero(n!, d!, radius!, random);
  }
}

/** Largest eigenvalue of (1/n)·Σ (x − x̄)(x − x̄)ᵀ. */
function covarianceNorm(data: Float64Array, n: number, d: number, random: Random): number {
  const means = Float64Array.from({ length: d }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < n; row += 1) sum += data[row * d + column]!;
    return sum / n;
  });
  const centred = matrix(n, d, (row, column) => data[row * d + column]! - means[column]!);
  return spectralNorm(mapOf(centred), random) ** 2 / n;
}
