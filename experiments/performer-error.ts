import { kernelError } from "@xattn/measures";
import { defineExperiment, pow2 } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 } as const;
const log10 = { type: "log", base: 10 } as const;
const paper = "Choromanski et al. 2021, Rethinking Attention with Performers";
const forms = ["positive", "trigonometric", "hyperbolic"] as const;
const single = "datum.form != 'trigonometric over positive'";

export default defineExperiment({
  name: "performer-error",
  title: "The error of random features is the published one",
  question:
    "Here x and y have one norm and d = 4; the paper states formulas and shows them on random inputs without figures to compare with. For orthogonal features it has an upper bound alone; the closed form is derived in `orthogonalError`. Do positive, trigonometric and hyperbolic features of FAVOR+ have the mean squared errors that Choromanski et al. 2021 derive, independent and orthogonal, and where do trigonometric and positive features err alike?",
  axes: {
    form: forms,
    orthogonal: [false, true],
    features: [1, 2, 4, 8, 16, 32],
    norm: [0.25, 0.5, 0.75],
    angle: [120],
    d: [4],
    trials: [16_000],
  },
  include: [
    {
      form: ["trigonometric over positive"],
      orthogonal: [false],
      features: [8],
      norm: [0.1, 0.2, 0.35, 0.5, 0.7, 0.9],
      angle: [120, 135],
      trials: [3000],
    },
  ],
  where: "!datum.orthogonal || (datum.features > 1 && datum.features <= 16)",
  profiles: {
    quick: {},
    full: {
      axes: { features: pow2(1, 7), angle: [60, 120], trials: [40_000] },
      include: [
        {
          form: ["trigonometric over positive"],
          orthogonal: [false],
          features: [8, 64],
          norm: [0.1, 0.2, 0.35, 0.5, 0.7, 0.9],
          angle: [105, 120, 135, 150, 165],
          trials: [20_000],
        },
      ],
    },
  },
  measures: [kernelError()],
  fits: {
    convergence: {
      kind: "powerLaw",
      column: "squaredError",
      factors: ["features"],
      by: ["form", "norm", "angle"],
      where: `${single} && !datum.orthogonal`,
    },
  },
  claims: [
    ...forms.map(
      (form) =>
        ({
          kind: "bound",
          name: `${form}-as-published`,
          statement: `The mean squared error of independent ${form} features lies within the 95 % interval of lemma 2's, all 54 at once (3.32 standard errors).`,
          source: `${paper}, lemma 2`,
          where: `datum.form == '${form}' && !datum.orthogonal`,
          column: "standardErrors",
          atLeast: -3.32,
          atMost: 3.32,
        }) as const,
    ),
    ...forms.map(
      (form) =>
        ({
          kind: "bound",
          name: `${form}-orthogonal-exact`,
          statement: `With orthogonal projections ${form} features err as their closed form says, within the 95 % interval of all 36 at once (3.2 standard errors).`,
          source: "derived: the sum of two orthogonal ω has a uniform direction and a χ² length",
          where: `datum.form == '${form}' && datum.orthogonal`,
          column: "standardErrors",
          atLeast: -3.2,
          atMost: 3.2,
        }) as const,
    ),
    {
      kind: "bound",
      name: "orthogonal-bound",
      statement: "Orthogonal positive features with m ≤ d err no more than theorem 2 allows: within 1.05 of its bound.",
      source: `${paper}, theorem 2`,
      column: "overBound",
      atMost: 1.05,
    },
    {
      kind: "bound",
      name: "orthogonal-trigonometric-better",
      statement: "Orthogonal trigonometric features err less than independent ones of lemma 2, at every norm.",
      source: `${paper}, section 4.2: orthogonal features err less than independent ones`,
      where: "datum.form == 'trigonometric'",
      column: "overIndependent",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "orthogonal-positive-better",
      statement:
        "Orthogonal positive features err less than independent ones where four or more meet norms of 0.75. (The gain is of the order of ‖x+y‖² and too small to be told at small norms.)",
      source: `${paper}, theorem 2`,
      where: "datum.form == 'positive' && datum.norm >= 0.75 && datum.features >= 4",
      column: "overIndependent",
      atMost: 1,
    },
    {
      kind: "exponents",
      name: "error-falls-with-features",
      statement: "The mean squared error of independent features falls as 1/m, the exponent within 0.1.",
      source: `${paper}, lemma 2`,
      fit: "convergence",
      expect: { features: -1 },
      within: 0.1,
    },
    {
      kind: "always",
      name: "crossing-as-published",
      statement:
        "The norm at which trigonometric and positive features err alike is lemma 2's, within the 95 % interval of all angles at once.",
      source: `${paper}, lemma 2: 0.5·exp(−4·x·y)·(1 − exp(−‖x−y‖²))² = 1 − exp(−‖x+y‖²)`,
      test: "datum.crossingNormLow <= datum.publishedCrossing && datum.publishedCrossing <= datum.crossingNormHigh",
    },
  ],
  charts: [
    {
      name: "over-published",
      title: "Measured errors lie on the published formulas",
      description:
        "Mean squared error of independent features over lemma 2's, with 95 % intervals; 1 is the paper. One interval in twenty should miss it.",
      mark: "point",
      filter: `${single} && !datum.orthogonal`,
      references: [{ channel: "y", value: 1, label: "paper" }],
      encoding: {
        x: { field: "features", scale: log2, title: "random projections m" },
        y: { field: "errorRatio", title: "error ÷ published error", scale: { domain: [0.85, 1.15] } },
        color: { field: "norm", type: "ordinal" },
        column: { field: "form", title: null },
      },
    },
    {
      name: "orthogonal",
      title: "Orthogonal projections err less, most with a whole block",
      description:
        "Mean squared error with orthogonal ω over lemma 2's for independent ones, with 95 % intervals; 1 is no gain, d = 4.",
      mark: "line",
      filter: `${single} && datum.orthogonal`,
      references: [{ channel: "y", value: 1, label: "independent" }],
      encoding: {
        x: { field: "features", scale: log2, title: "random projections m" },
        y: { field: "overIndependent", title: "error ÷ error of independent ω", scale: { zero: true } },
        color: { field: "norm", type: "ordinal" },
        column: { field: "form", title: null },
      },
    },
    {
      name: "theorem-two",
      title: "Theorem 2 bounds the error of orthogonal features, tightly",
      description: "Mean squared error of positive orthogonal features over the bound, m ≤ d, with 95 % intervals.",
      mark: "point",
      filter: "datum.form == 'positive' && datum.orthogonal",
      references: [{ channel: "y", value: 1, label: "theorem 2" }],
      encoding: {
        x: { field: "norm", title: "norm of x and y", scale: { domain: [0.2, 0.8] } },
        y: { field: "overBound", title: "error ÷ bound", scale: { zero: false } },
        column: { field: "features", title: "projections m" },
      },
    },
    {
      name: "crossing",
      title: "Trigonometric features are better below the published crossing, positive ones above",
      description:
        "Error of trigonometric over that of positive features with 95 % intervals, by the angle between x and y. The lines at 0.491 and 0.320 are where lemma 2 has the crossings at 120° and 135°.",
      mark: "line",
      filter: "datum.form == 'trigonometric over positive' && (datum.angle == 120 || datum.angle == 135)",
      references: [
        { channel: "y", value: 1, label: "equal" },
        { channel: "x", value: 0.491, label: "120°" },
        { channel: "x", value: 0.32, label: "135°" },
      ],
      encoding: {
        x: { field: "norm", title: "norm of x and y" },
        y: { field: "overPositive", scale: log10, title: "error ÷ error of positive features" },
        color: { field: "angle", type: "ordinal", title: "angle" },
      },
    },
    {
      name: "located",
      title: "The crossings are found where lemma 2 puts them",
      description: "Norm of the crossing in the draws, with its 99 % bootstrap interval; the lines are lemma 2's.",
      mark: "point",
      filter:
        "datum.form == 'trigonometric over positive' && datum.norm == 0.5 && (datum.angle == 120 || datum.angle == 135)",
      references: [
        { channel: "y", value: 0.491, label: "lemma 2 at 120°" },
        { channel: "y", value: 0.32, label: "lemma 2 at 135°" },
      ],
      encoding: {
        x: { field: "angle", scale: { domain: [110, 145] }, title: "angle between x and y" },
        y: { field: "crossingNorm", title: "norm of the crossing", scale: { domain: [0.25, 0.6] } },
      },
    },
  ],
});
