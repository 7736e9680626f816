import { jacobianNorm } from "@xattn/measures";
import { defineExperiment, logspace, pow2 } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 } as const;
const castin = "Castin, Ablin and Peyré 2024, How Smooth Is Attention?";
const kim = "Kim, Papamakarios and Mnih 2021, The Lipschitz Constant of Self-Attention";
const root = "sqrt(datum.n - 1)";
const rootTimesLog = "sqrt(datum.n - 1) * log(datum.n - 1)";
const inLine = "datum.tokens == 'adversary'";

export default defineExperiment({
  name: "lipschitz-growth",
  title: "How steep self-attention gets",
  question:
    "Here X ↦ softmax(XXᵀ)X in float64, one head, projections left out (A = V = I, no 1/√d); the papers have projections and trained models too. Does the Jacobian of self-attention grow as √(n−1)·(½ + ¼·ln(n−1)) within a ball (Castin et al. 2024), and as the square of the radius without one (Kim et al. 2021)?",
  axes: { tokens: ["adversary"], n: pow2(3, 9), d: [1], radius: [6] },
  include: [{ tokens: ["one-at-zero"], n: [16], d: [1, 8], radius: logspace(8, 512, 13) }],
  profiles: {
    quick: {},
    full: {
      axes: { n: [...pow2(2, 12), 6000] },
      include: [{ tokens: ["one-at-zero"], n: [16, 64], d: [1, 8], radius: logspace(8, 4096, 19) }],
    },
  },
  measures: [jacobianNorm()],
  fits: {
    growth: { kind: "powerLaw", column: "jacobianNorm", factors: ["n"], where: inLine },
    growthTerms: {
      kind: "terms",
      column: "jacobianNorm",
      candidates: { "√(n−1)": [root], "√(n−1) and ln": [root, rootTimesLog] },
      where: inLine,
    },
    radius: {
      kind: "powerLaw",
      column: "jacobianNorm",
      factors: ["radius"],
      by: ["n", "d"],
      where: "datum.tokens == 'one-at-zero'",
    },
  },
  claims: [
    {
      kind: "bound",
      name: "within-two-percent",
      statement: "At n = 512 and R = 6 the norm is √(n−1)·(½ + ¼·ln(n−1)), within 2 %.",
      source: `${castin}, the construction behind the lower bound, in one dimension`,
      where: `${inLine} && datum.n == 512`,
      column: "overPublished",
      atLeast: 0.98,
      atMost: 1.02,
    },
    {
      kind: "terms",
      name: "root-times-logarithm",
      statement: "The growth with n needs the term √(n−1)·ln(n−1).",
      source: castin,
      fit: "growthTerms",
      present: [rootTimesLog],
    },
    {
      kind: "exponents",
      name: "raw-slope-is-one-half",
      statement:
        "The bare log-log slope over n is ½ within 0.05. (The theorem's √n is for a fixed constant; at the sizes that R = 6 allows the logarithm adds to the slope.)",
      source: `${castin}, abstract`,
      fit: "growth",
      expect: { n: 0.5 },
      within: 0.05,
    },
    {
      kind: "bound",
      name: "below-the-ceiling",
      statement: "The norm never exceeds √3·√(R⁴·(4n + 1) + n).",
      source: `${castin}, the upper bound for n tokens in a ball of radius R`,
      column: "ofCeiling",
      atMost: 1,
    },
    ...([1, 8] as const).map(
      (d) =>
        ({
          kind: "exponents",
          name: `unbounded-slope-two-width-${d}`,
          statement: `With one token at 0 and width ${d} the norm grows as the square of the radius, slope 2 within 0.05: without a bound on the tokens there is no Lipschitz constant.`,
          source: kim,
          fit: "radius",
          group: { d },
          expect: { radius: 2 },
          within: 0.05,
        }) as const,
    ),
    {
      kind: "bound",
      name: "covariance-is-a-floor",
      statement: "The norm is never below the largest variance of the tokens plus 1/n, the block of the token at 0.",
      source: kim,
      where: "datum.tokens == 'one-at-zero'",
      column: "overPublished",
      atLeast: 0.999999,
    },
  ],
  charts: [
    {
      name: "over-published",
      title: "The norm nears the published one: 0.1 % above it at 512 tokens",
      description:
        "‖J‖ over √(n−1)·(½ + ¼·ln(n−1)), one token at R = 6 and n − 1 where they give it half of their weight; the line is the formula.",
      mark: "line",
      filter: inLine,
      references: [{ channel: "y", value: 1, label: "Castin et al. 2024" }],
      encoding: {
        x: { field: "n", scale: log2, title: "tokens n" },
        y: { field: "overPublished", title: "norm ÷ published norm", scale: { domain: [0.98, 1.1] } },
      },
    },
    {
      name: "growth",
      title: "Within a ball the norm grows a little faster than √n",
      description: "‖J‖ of the adversary at R = 6; the power law has a slope above ½, by the logarithm.",
      mark: "point",
      filter: inLine,
      fit: "growth",
      encoding: {
        x: { field: "n", scale: log2, title: "tokens n" },
        y: { field: "jacobianNorm", scale: log2, title: "norm of the Jacobian" },
      },
    },
    {
      name: "radius",
      title: "Without a ball the norm grows as the square of the radius",
      description: "‖J‖ of 16 tokens, one at 0 and the others scaled to the radius.",
      mark: "point",
      filter: "datum.tokens == 'one-at-zero' && datum.n == 16",
      fit: "radius",
      encoding: {
        x: { field: "radius", scale: log2, title: "length of the longest token" },
        y: { field: "jacobianNorm", scale: { type: "log", base: 10 }, title: "norm of the Jacobian" },
        color: { field: "d", type: "ordinal", title: "width d" },
      },
    },
  ],
});
