import {
  type AttentionProblem,
  attention,
  type Random,
  randomNormal,
  seededRandom,
  type Tensor,
  tensor,
} from "@xattn/core";
import { and, causal, type Mask, or, prefix, window } from "@xattn/masking";
import { z } from "zod";
import { relativeError } from "../../accuracy/relative-error.ts";
import { seedParameter, wholeNumber } from "../../cell/whole-number.ts";
import { deterministic } from "../../contract/deterministic.ts";
import { type DirectMeasure, type Parameters, UnsupportedError } from "../../contract/measure.ts";
import { meanOf } from "../performer/mean.ts";

/**
 * A logit beside those of the keys that takes part in the denominator alone: none; 0, which is softmax off by one; or
 * ln n, about what all keys together weigh, so that it takes a good part.
 */
export const sinkKinds = ["none", "off-by-one", "ln n"] as const;
type SinkKind = (typeof sinkKinds)[number];

type SinkColumn =
  | "firstMass"
  | "firstMassLow"
  | "firstMassHigh"
  | "firstOverUniform"
  | "firstOverUniformLow"
  | "firstOverUniformHigh"
  | "sinkMass"
  | "sinkMassLow"
  | "sinkMassHigh"
  | "windowError"
  | "windowWithFirstError"
  | "dropRatio";

/**
 * What first tokens and sink logits take of causal softmax attention without trained weights. Queries, keys and values
 * of n tokens are unit-Gaussian, so that logits have standard deviation 1; `shift` is added to all logits and `planted`
 * to those of the first key, whose value is 0 then, as a token that only takes mass has it in trained models. The
 * outputs of queries beyond a window of n/4 keys are compared with those of the window alone, and of the window with the
 * first token kept. Float64; intervals are of the mean over draws.
 */
export function sinkMass(): DirectMeasure<SinkColumn> {
  return {
    kind: "direct",
    name: "sinkMass",
    version: 1,
    description: "Mass on the first token and on a sink logit in untrained causal attention, and what a window loses.",
    parameters: {
      sink: z.enum(sinkKinds),
      n: wholeNumber("tokens n, a multiple of 4", 8, 2048),
      d: wholeNumber("head dimension d", 1, 1024),
      planted: z.number().min(0).max(40).describe("added to the logits of the first key, from 0 to 40"),
      shift: z.number().min(-60).max(60).describe("added to all logits, from -60 to 60"),
      draws: wholeNumber("independent draws", 2, 1000),
      seed: seedParameter,
    },
    columns: {
      firstMass: deterministic("1", "Weight on the first key, mean over queries and draws.", 1e-6),
      firstMassLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
      firstMassHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
      firstOverUniform: deterministic("1", "firstMass / (Hₙ/n), the mean of uniform weights 1/i.", 1e-6),
      firstOverUniformLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
      firstOverUniformHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
      sinkMass: deterministic("1", "What the weights of a row lack of 1, mean over queries and draws.", 1e-6),
      sinkMassLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
      sinkMassHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
      windowError: deterministic("1", "‖out − full‖ / ‖full‖ of the window alone, mean over draws.", 1e-6),
      windowWithFirstError: deterministic("1", "The same with the first token kept.", 1e-6),
      dropRatio: deterministic("1", "windowError / windowWithFirstError: what dropping the first token costs.", 1e-6),
    },
    exclusive: false,
    check,
    run(cell, { seed }) {
      const problem = check(cell);
      if (problem) throw new UnsupportedError(problem);
      return measured(cell, seededRandom(seed));
    },
  };
}

function check({ n }: Parameters): string | undefined {
  return Number(n) % 4 === 0 ? undefined : `n has to be a multiple of 4, and is ${n}`;
}

function measured(cell: Parameters, random: Random) {
  const [n, draws] = [cell.n as number, cell.draws as number];
  const results = Array.from({ length: draws }, (_, index) => drawn(cell, random.fork(`draw ${index}`)));
  const mean = (pick: (result: (typeof results)[number]) => number) => meanOf(results.map(pick));
  const first = mean(({ firstMass }) => firstMass);
  const sink = mean(({ sinkMass }) => sinkMass);
  const uniform = Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((sum, share) => sum + share) / n;
  const windowError = mean(({ alone }) => alone).estimate;
  const windowWithFirstError = mean(({ withFirst }) => withFirst).estimate;
  const [firstHalf, sinkHalf] = [1.96 * first.standardError, 1.96 * sink.standardError];
  return {
    firstMass: first.estimate,
    firstMassLow: first.estimate - firstHalf,
    firstMassHigh: first.estimate + firstHalf,
    firstOverUniform: first.estimate / uniform,
    firstOverUniformLow: (first.estimate - firstHalf) / uniform,
    firstOverUniformHigh: (first.estimate + firstHalf) / uniform,
    sinkMass: sink.estimate,
    sinkMassLow: sink.estimate - sinkHalf,
    sinkMassHigh: sink.estimate + sinkHalf,
    windowError,
    windowWithFirstError,
    dropRatio: windowError / windowWithFirstError,
  };
}

function drawn(cell: Parameters, random: Random) {
  const n = cell.n as number;
  const problem = problemOf(cell, random);
  const reach = n / 4;
  const near = window(reach - 1, 0);
  const full = attend(problem, causal());
  const late = (output: Float64Array) => output.subarray((output.length / n) * reach);
  const errorOf = (mask: Mask) => relativeError(late(attend(problem, mask).output), late(full.output));
  let [firstMass, total] = [0, 0];
  for (const [index, weight] of full.weights.entries()) {
    total += weight;
    if (index % n === 0) firstMass += weight;
  }
  return {
    firstMass: firstMass / n,
    sinkMass: 1 - total / n,
    alone: errorOf(near),
    withFirst: errorOf(or(near, and(prefix(1), causal()))),
  };
}

function problemOf(cell: Parameters, random: Random): AttentionProblem {
  const { n, d, planted, shift } = cell as Record<string, number>;
  const draw = (name: string) => Float64Array.from(randomNormal(random.fork(name), [n!, d!]).data);
  const value = draw("value");
  if (planted! > 0) value.fill(0, 0, d!);
  const bias = new Float64Array(n!).fill(shift!);
  bias[0]! += planted!;
  const sink = sinkLogit(cell.sink as SinkKind, n!);
  const rows = (data: Float64Array): Tensor<"float64"> => tensor([1, 1, n!, d!], data);
  return {
    query: rows(draw("query")),
    key: rows(draw("key")),
    value: rows(value),
    bias: tensor([1, 1, 1, n!], bias),
    ...(sink !== undefined && { sinks: tensor([1], Float64Array.of(sink)) }),
  };
}

function sinkLogit(kind: SinkKind, n: number): number | undefined {
  switch (kind) {
    case "none":
      return undefined;
    case "off-by-one":
      return 0;
    case "ln n":
      return Math.log(n);
  }
}

function attend({ query, key, value, ...rest }: AttentionProblem, mask: Mask) {
  const { output, weights } = attention(query, key, value, { ...rest, mask, weights: true, backend: "reference" });
  return { output: output.data as Float64Array, weights: weights!.data as Float64Array };
}
