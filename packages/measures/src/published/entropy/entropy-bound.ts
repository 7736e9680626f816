import { attention, seededRandom, type Tensor, tensor } from "@xattn/core";
import { z } from "zod";
import { seedParameter, wholeNumber } from "../../cell/whole-number.ts";
import { deterministic } from "../../contract/deterministic.ts";
import type { DirectMeasure } from "../../contract/measure.ts";
import { type Matrix, product } from "../spectral/matrix.ts";
import { entropyLowerBound } from "./bound.ts";
import { entropyOf } from "./entropy.ts";
import { attainingInputs, gaussianInputs, type SelfAttentionInputs, strengthOf } from "./inputs.ts";

export const entropyInputs = ["attaining", "gaussian"] as const;

/**
 * The least entropy of a row of self-attention softmax(XW_Q(XW_K)ᵀ) against its published lower bound, in float64. The
 * bound is worked out from spectral norms of the inputs as they are, not from how they were made.
 */
export function entropyBound(): DirectMeasure<"leastEntropy" | "publishedBound" | "overBound" | "boundGap"> {
  return {
    kind: "direct",
    name: "entropyBound",
    version: 1,
    description: "Least entropy of a row of attention weights, against the lower bound by spectral norms.",
    parameters: {
      inputs: z.enum(entropyInputs),
      tokens: wholeNumber("tokens T", 2, 1024),
      d: wholeNumber("width d of the tokens", 2, 256),
      strength: z.number().positive().max(30).describe("σ·σₓ, a number above 0 and at most 30"),
      seed: seedParameter,
    },
    columns: {
      leastEntropy: deterministic("nats", "Entropy of the row that has least.", 1e-9),
      publishedBound: deterministic("nats", "What no row can be below.", 1e-9),
      overBound: deterministic("1", "leastEntropy / publishedBound.", 1e-9),
      boundGap: deterministic("1", "|overBound − 1|; below 5·10⁻⁶ five digits agree."),
    },
    exclusive: false,
    run(cell, { seed }) {
      const { tokens, d, strength } = cell as Record<string, number>;
      const random = seededRandom(seed);
      const make = cell.inputs === "attaining" ? attainingInputs : gaussianInputs;
      const inputs = make(tokens!, d!, strength!, random.fork("inputs"));
      const leastEntropy = Math.min(...rowEntropies(inputs));
      const publishedBound = entropyLowerBound(tokens!, strengthOf(inputs, random.fork("norms")));
      const overBound = leastEntropy / publishedBound;
      return { leastEntropy, publishedBound, overBound, boundGap: Math.abs(overBound - 1) };
    },
  };
}

/** Entropy of every row of weights, in nats; the logits have no factor 1/√d. */
export function rowEntropies({ tokens, queryWeights, keyWeights }: SelfAttentionInputs): number[] {
  const query = asTensor(product(tokens, queryWeights));
  const key = asTensor(product(tokens, keyWeights));
  const { weights } = attention(query, key, key, { scale: 1, weights: true, backend: "reference" });
  const data = weights!.data as Float64Array;
  const count = tokens.rows;
  return Array.from({ length: count }, (_, row) => entropyOf(data.subarray(row * count, (row + 1) * count)));
}

function asTensor({ rows, columns, data }: Matrix): Tensor<"float64"> {
  return tensor([1, 1, rows, columns], data);
}
