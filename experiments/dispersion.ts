import { dispersion } from "@xattn/measures";
import { defineExperiment, pow2, range } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 } as const;
const log10 = { type: "log", base: 10 } as const;
const paper = "Veličković et al. 2024, softmax is not enough (for sharp out-of-distribution)";

export default defineExperiment({
  name: "dispersion",
  title: "Bounded logits disperse",
  question:
    "Here float32 attention over unit-length queries and keys, |logit| ≤ bound, temperature 1, on the cpu backend; the paper's bound on logits comes from trained networks over a finite vocabulary, whose sizes are not reproduced. Does attention with bounded logits spread over all keys as they grow in number, each weight Θ(1/m), whatever the keys (Veličković et al. 2024)?",
  axes: {
    keys: ["random", "one-best"],
    m: pow2(6, 16),
    n: [16],
    d: [8],
    bound: [0.5, 1, 2, 4],
    backend: ["cpu"],
    seed: [1],
  },
  profiles: {
    quick: {},
    full: { axes: { m: pow2(4, 18), d: [8, 64], bound: [0.5, 1, 2, 4, 8], seed: range(1, 5) } },
  },
  measures: [dispersion()],
  fits: {
    largest: {
      kind: "powerLaw",
      column: "largestWeight",
      factors: ["m"],
      by: ["keys", "bound", "d"],
      where: "datum.m >= 1024",
    },
  },
  claims: [
    {
      kind: "bound",
      name: "upper-bound",
      statement: "No weight exceeds e^δ/m, up to m = 65,536.",
      source: `${paper}, lemma 2.1`,
      column: "overUpper",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "lower-bound",
      statement: "No weight is below e^−δ/m.",
      source: `${paper}, lemma 2.1`,
      column: "overLower",
      atLeast: 1,
    },
    {
      kind: "bound",
      name: "entropy-floor",
      statement: "The entropy of a row is at least ln m − δ.",
      source: `${paper}; follows from lemma 2.1`,
      column: "aboveFloor",
      atLeast: 0,
    },
    ...([0.5, 1, 2] as const).map(
      (bound) =>
        ({
          kind: "exponents",
          name: `theta-one-over-m-${String(bound).replace(".", "-")}`,
          statement: `With |logit| ≤ ${bound} the largest weight falls as 1/m, the exponent within 0.05, at the sharpest keys.`,
          source: `${paper}, theorem 2.2: Θ(1/m)`,
          fit: "largest",
          group: { keys: "one-best", bound },
          expect: { m: -1 },
          within: 0.05,
        }) as const,
    ),
    {
      kind: "exponents",
      name: "one-over-m-at-once",
      statement:
        "With |logit| ≤ 4 the law 1/m is reached by m = 1024 already, the exponent within 0.05. (e^δ is 2,981: the best key holds out until m is several times that.)",
      source: `${paper}, theorem 2.2: Θ(1/m)`,
      fit: "largest",
      group: { keys: "one-best", bound: 4 },
      expect: { m: -1 },
      within: 0.05,
    },
    {
      kind: "bound",
      name: "nothing-stays-sharp",
      statement: "At m = 65,536 no key has more than 5 % of the weight, not even the best one at |logit| ≤ 4.",
      source: `${paper}, theorem 2.2`,
      where: "datum.m >= 65536 && datum.bound <= 4",
      column: "largestWeight",
      atMost: 0.05,
    },
  ],
  charts: [
    {
      name: "largest-weight",
      title: "The largest weight falls as 1/m once m passes e^δ",
      description:
        "Largest weight of any row on the cpu backend, by the bound on the logits, seed 1; the power law is fitted from m = 1024 on, and too high before it where e^δ is large. one-best: one key along the query, all others against it.",
      mark: "point",
      filter: "datum.seed == 1 && datum.d == 8",
      fit: "largest",
      encoding: {
        x: { field: "m", scale: log2, title: "keys m" },
        y: { field: "largestWeight", scale: log10, title: "largest weight" },
        color: { field: "bound", type: "ordinal", title: "|logit| ≤" },
        column: { field: "keys" },
      },
    },
    {
      name: "over-upper-bound",
      title: "The bound e^δ/m is never exceeded, and approached by the best key",
      description:
        "Largest weight over the paper's upper bound, seed 1: one key along the query and all others against it come near 1.",
      mark: "line",
      filter: "datum.seed == 1 && datum.d == 8",
      references: [{ channel: "y", value: 1, label: "Veličković et al. 2024" }],
      encoding: {
        x: { field: "m", scale: log2, title: "keys m" },
        y: { field: "overUpper", scale: log10, title: "largest weight ÷ (e^δ/m)" },
        color: { field: "bound", type: "ordinal", title: "|logit| ≤" },
        column: { field: "keys" },
      },
    },
    {
      name: "entropy-share",
      title: "Every row ends up near uniform",
      description: "Least entropy of a row as a share of ln m, seed 1; 1 is uniform attention.",
      mark: "line",
      filter: "datum.seed == 1 && datum.d == 8",
      references: [{ channel: "y", value: 1, label: "uniform" }],
      encoding: {
        x: { field: "m", scale: log2, title: "keys m" },
        y: { field: "entropyShare", title: "least entropy ÷ ln m", scale: { zero: true } },
        color: { field: "bound", type: "ordinal", title: "|logit| ≤" },
        column: { field: "keys" },
      },
    },
  ],
});
