import {
  type AttentionProblem,
  convert,
  type ProblemSizes,
  type Random,
  randomNormal,
  seededRandom,
  type Variant,
} from "@xattn/core";
import { z } from "zod";
import { seedParameter, wholeNumber } from "../cell/whole-number.ts";
import type { Parameters } from "../contract/measure.ts";
import type { InputName } from "./perturb/perturbation.ts";

/** The variants that have derivatives, in the order in which charts list them. */
export const robustVariants = ["standard", "chunked", "sparse", "entmax", "linear", "favor-positive"] as const;
export type RobustVariant = (typeof robustVariants)[number];

/** What is perturbed: the side that asks, or what answers, as a whole or one half of it. */
export const sides = ["query", "context", "key", "value"] as const;
export type Side = (typeof sides)[number];

/** The parameters that all measures of robustness of one attention share. */
export const robustParameters = {
  variant: z.enum(robustVariants),
  on: z.enum(sides),
  n: wholeNumber("queries n", 1, 1024),
  m: wholeNumber("keys m", 2, 1024),
  d: wholeNumber("head dimension d", 1, 1024),
  heads: wholeNumber("heads h", 1, 64).optional(),
  temperature: z
    .number()
    .positive()
    .max(1000)
    .optional()
    .describe("what queries are divided by, a number above 0 and at most 1000"),
  draws: wholeNumber("independent draws of the inputs", 6, 1000),
  seed: seedParameter,
} as const;

export function inputsOfSide(side: Side): readonly InputName[] {
  return side === "context" ? ["key", "value"] : [side];
}

/** Share of the keys that sparse attention keeps. */
const keptShare = 1 / 4;
/** Random projections of FAVOR+ for each key: with n = m = d they cost what softmax attention does. */
const featuresForKey = 1 / 2;

/** sparse keeps a quarter of the keys; FAVOR+ has a random projection for every two. */
export function variantOf(name: RobustVariant, keys: number, seed: number): Variant {
  switch (name) {
    case "sparse":
      return { kind: "topK", k: Math.ceil(keys * keptShare) };
    case "linear":
      return { kind: "linear", featureMap: { kind: "elu+1" } };
    case "favor-positive": {
      const features = Math.ceil(keys * featuresForKey);
      return { kind: "linear", featureMap: { kind: "favor+", features, form: "positive", orthogonal: true, seed } };
    }
    default:
      return { kind: name };
  }
}

export function sizesOf(cell: Parameters): ProblemSizes {
  const [n, m, d, heads] = [cell.n, cell.m, cell.d, cell.heads ?? 1] as [number, number, number, number];
  return { batch: 1, heads, keyHeads: heads, n, m, d, e: d };
}

/** A draw of a cell: unit-Gaussian inputs in float64, and a generator for what is done to them. */
export interface Draw {
  readonly problem: AttentionProblem;
  readonly random: Random;
}

/**
 * Query, key and value of a draw, the query divided by the temperature, so that softmax logits are. Sizes, seed and
 * number of the draw decide the inputs, whatever the variant.
 */
export function drawOf(cell: Parameters, seed: number, index: number): Draw {
  const { heads, n, m, d } = sizesOf(cell);
  const random = seededRandom(seed).fork(`draw ${index}`);
  const normal = (name: string, tokens: number, deviation: number) =>
    convert(randomNormal(random.fork(name), [1, heads, tokens, d], deviation), "float64");
  return {
    problem: {
      query: normal("query", n, 1 / ((cell.temperature ?? 1) as number)),
      key: normal("key", m, 1),
      value: normal("value", m, 1),
      variant: variantOf(cell.variant as RobustVariant, m, seed),
    },
    random: random.fork("perturbation"),
  };
}
