import { type AttentionProblem, type Random, seededRandom, type Tensor, tensor } from "@xattn/core";
import { z } from "zod";
import { type MeasuredBackendName, measuredBackendNames, withBackend } from "../../cell/backends.ts";
import { seedParameter, wholeNumber } from "../../cell/whole-number.ts";
import { deterministic } from "../../contract/deterministic.ts";
import type { DirectMeasure, Parameters } from "../../contract/measure.ts";
import { entropyOf } from "../entropy/entropy.ts";
import { unit } from "../spectral/spectral-norm.ts";

/** "one-best": one key along the query, all others against it, as sharp as bounded logits can be. */
export const keyKinds = ["random", "one-best"] as const;

type DispersionColumn =
  | "largestWeight"
  | "smallestWeight"
  | "overUpper"
  | "overLower"
  | "leastEntropy"
  | "entropyShare"
  | "aboveFloor";

/**
 * How softmax attention over m keys disperses when its logits are bounded: queries and keys are unit vectors, so that
 * every logit lies within ±bound, and all logits of a row within δ = 2·bound of each other. Then every weight is between
 * e^−δ/m and e^δ/m, and the entropy of a row at least ln m − δ (Veličković et al. 2024, lemma 2.1, at temperature 1).
 */
export function dispersion(): DirectMeasure<DispersionColumn> {
  return {
    kind: "direct",
    name: "dispersion",
    version: 1,
    description: "Largest and smallest weight and entropy of attention with bounded logits, against their bounds.",
    parameters: {
      keys: z.enum(keyKinds),
      m: wholeNumber("keys m", 2, 1_048_576),
      n: wholeNumber("queries n", 1, 1024),
      d: wholeNumber("head dimension d", 1, 1024),
      bound: z.number().positive().max(40).describe("largest |logit|, a number above 0 and at most 40"),
      backend: z.enum(measuredBackendNames),
      seed: seedParameter,
    },
    columns: {
      largestWeight: deterministic("1", "Largest weight of any row.", 1e-5),
      smallestWeight: deterministic("1", "Smallest weight of any row.", 1e-5),
      overUpper: deterministic("1", "largestWeight / (e^δ/m): above 1 the upper bound is violated.", 1e-5),
      overLower: deterministic("1", "smallestWeight / (e^−δ/m): below 1 the lower bound is violated.", 1e-5),
      leastEntropy: deterministic("nats", "Entropy of the row that has least.", 1e-5),
      entropyShare: deterministic("1", "leastEntropy / ln m, that of uniform weights.", 1e-5),
      aboveFloor: deterministic("nats", "leastEntropy − (ln m − δ): below 0 the bound is violated.", 1e-4),
    },
    exclusive: false,
    run(cell, { seed }) {
      const { m, n, bound } = cell as Record<string, number>;
      return withBackend({ backend: cell.backend as MeasuredBackendName }, async (backend) => {
        const problem = problemOf(cell, seededRandom(seed));
        const { weights } = await backend.attention(problem, { weights: true });
        return summary(weights!.data as Float32Array | Float64Array, n!, m!, 2 * bound!);
      });
    },
  };
}

function problemOf(cell: Parameters, random: Random): AttentionProblem {
  const { m, n, d, bound } = cell as Record<string, number>;
  const units = (name: string, rows: number): readonly Float64Array[] => {
    const drawn = random.fork(name);
    return Array.from({ length: rows }, () => unit(Float64Array.from({ length: d! }, () => drawn.normal())));
  };
  const value = tensor([1, 1, m!, 1], new Float32Array(m!));
  if (cell.keys === "random") {
    return { query: joined(units("query", n!)), key: joined(units("key", m!)), value, scale: bound! };
  }
  const [query] = units("query", 1);
  const against = query!.map((element) => -element);
  return {
    query: joined(Array.from({ length: n! }, () => query!)),
    key: joined(Array.from({ length: m! }, (_, index) => (index === 0 ? query! : against))),
    value,
    scale: bound!,
  };
}

function joined(rows: readonly Float64Array[]): Tensor<"float32"> {
  const width = rows[0]!.length;
  const data = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) data.set(row, index * width);
  return tensor([1, 1, rows.length, width], data);
}

function summary(weights: Float32Array | Float64Array, n: number, m: number, spread: number) {
  let [largestWeight, smallestWeight] = [0, Number.POSITIVE_INFINITY];
  let leastEntropy = Number.POSITIVE_INFINITY;
  for (let row = 0; row < n; row += 1) {
    const own = weights.subarray(row * m, (row + 1) * m);
    for (const weight of own) {
      largestWeight = Math.max(largestWeight, weight);
      smallestWeight = Math.min(smallestWeight, weight);
    }
    leastEntropy = Math.min(leastEntropy, entropyOf(own));
  }
  return {
    largestWeight,
    smallestWeight,
    overUpper: (largestWeight * m) / Math.exp(spread),
    overLower: smallestWeight * m * Math.exp(spread),
    leastEntropy,
    entropyShare: leastEntropy / Math.log(m),
    aboveFloor: leastEntropy - (Math.log(m) - spread),
  };
}
