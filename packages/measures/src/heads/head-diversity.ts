import { multiHeadAttention, type Random, randomNormal, randomProjection, seededRandom } from "@xattn/core";
import { medianInterval } from "@xattn/stats";
import { seedParameter, wholeNumber } from "../cell/whole-number.ts";
import { deterministic } from "../contract/deterministic.ts";
import { type DirectMeasure, type Parameters, UnsupportedError } from "../contract/measure.ts";
import { entropy, jensenShannon } from "./divergence.ts";

type DiversityColumn =
  | "headDivergence"
  | "seedDivergence"
  | "diversityRatio"
  | "diversityRatioLow"
  | "diversityRatioHigh"
  | "weightEntropy"
  | "entropyShare"
  | "effectiveSupport";

/** The rows of weights of one head, with their entropies. */
type Head = readonly { readonly weights: Float32Array; readonly bits: number }[];

/**
 * Whether the heads of an untrained multi-head attention differ from each other by more than chance. For each of
 * `models` draws there are unit-Gaussian queries [n, width] and context [m, width] and two independent sets of random
 * projections, heads of width / heads columns each. The divergence between the heads of one set is compared with that
 * between a head of one set and the same head of the other: where the position of a head meant something, the two
 * would differ.
 */
export function headDiversity(): DirectMeasure<DiversityColumn> {
  return {
    kind: "direct",
    name: "headDiversity",
    version: 1,
    description: "How much the heads of a random multi-head attention differ, and from what.",
    parameters: {
      n: wholeNumber("queries n", 1, 1024),
      m: wholeNumber("keys m", 2, 1024),
      width: wholeNumber("width of the model, heads times head dimension", 2, 1024),
      heads: wholeNumber("heads h, a divisor of the width", 2, 64),
      models: wholeNumber("independent draws of inputs and projections", 6, 1000),
      seed: seedParameter,
    },
    columns: {
      headDivergence: deterministic("bits", "Jensen-Shannon divergence of rows of two heads, mean over pairs.", 1e-4),
      seedDivergence: deterministic("bits", "The same between a head and that of another set of projections.", 1e-4),
      diversityRatio: deterministic("1", "headDivergence / seedDivergence, median over draws.", 1e-4),
      diversityRatioLow: deterministic("1", "Lower end of its 95 % interval.", 1e-3),
      diversityRatioHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-3),
      weightEntropy: deterministic("bits", "Entropy of a row of weights, mean over rows and heads.", 1e-4),
      entropyShare: deterministic("1", "Entropy as a share of log₂ m, that of uniform weights.", 1e-4),
      effectiveSupport: deterministic("keys", "2^entropy, mean over rows: keys that a row in effect looks at.", 1e-4),
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

function check(cell: Parameters): string | undefined {
  const [width, heads] = [cell.width as number, cell.heads as number];
  return width % heads === 0 ? undefined : `the width ${width} is not a multiple of ${heads} heads`;
}

function measured(cell: Parameters, random: Random) {
  const [m, models] = [cell.m as number, cell.models as number];
  const draws = Array.from({ length: models }, (_, index) => draw(cell, random.fork(`draw ${index}`)));
  const bootstrap = random.fork("bootstrap");
  const ratio = medianInterval(
    draws.map(({ between, across }) => between / across),
    { random: () => bootstrap.uniform() },
  );
  const entropies = draws.flatMap((one) => one.entropies);
  const weightEntropy = mean(entropies);
  return {
    headDivergence: mean(draws.map(({ between }) => between)),
    seedDivergence: mean(draws.map(({ across }) => across)),
    diversityRatio: ratio.estimate,
    diversityRatioLow: ratio.low,
    diversityRatioHigh: ratio.high,
    weightEntropy,
    entropyShare: weightEntropy / Math.log2(m),
    effectiveSupport: mean(entropies.map((bits) => 2 ** bits)),
  };
}

function draw(cell: Parameters, random: Random) {
  const { n, m, width, heads } = cell as Record<string, number>;
  const queries = randomNormal(random.fork("queries"), [1, n!, width!]);
  const context = randomNormal(random.fork("context"), [1, m!, width!]);
  const attend = (set: string): Head[] => {
    const project = (name: string) => randomProjection(random.fork(`${set} ${name}`), width!, width!);
    const projections = {
      query: project("query"),
      key: project("key"),
      value: project("value"),
      output: project("output"),
      heads: heads!,
    };
    const { weights } = multiHeadAttention({ queries, context }, projections, { weights: true });
    const data = weights!.data as Float32Array;
    return Array.from({ length: heads! }, (_, head) =>
      Array.from({ length: n! }, (_, row) => {
        const weights = data.subarray((head * n! + row) * m!, (head * n! + row + 1) * m!);
        return { weights, bits: entropy(weights) };
      }),
    );
  };
  const [first, second] = [attend("first"), attend("second")];
  const pairs = first.flatMap((left, index) => first.slice(index + 1).map((right) => divergence(left, right)));
  return {
    between: mean(pairs),
    across: mean(first.map((head, index) => divergence(head, second[index]!))),
    entropies: first.flatMap((head) => head.map(({ bits }) => bits)),
  };
}

function divergence(left: Head, right: Head): number {
  return mean(
    left.map(({ weights, bits }, index) => {
      const other = right[index]!;
      return jensenShannon(weights, other.weights, [bits, other.bits]);
    }),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
