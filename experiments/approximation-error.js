import { approximation } from "@xattn/measures";
import { defineExperiment, pow2, range } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 };
const log10 = { type: "log", base: 10 };
export default defineExperiment({
  name: "approximation-error",
  title: "What approximations of attention get wrong",
  question:
    "How far are linear, sparse, windowed, Nyström and Linformer attention from softmax attention, and how does the error fall with what they may spend?",
  axes: {
    variant: ["linear", "favor-positive", "favor-trigonometric", "sparse", "window", "nystrom", "linformer"],
    budget: pow2(2, 9),
    norm: [0.25, 1, 1.5],
    n: [64],
    m: [128],
    d: [16],
    seed: range(1, 3),
  },
  include: [
    { variant: ["favor-positive", "favor-trigonometric"], norm: [0.25], budget: pow2(2, 9), seed: range(4, 12) },
  ],
  where:
    "datum.budget <= (datum.variant == 'nystrom' ? min(datum.n, datum.m) : datum.variant == 'favor-positive' || datum.variant == 'favor-trigonometric' ? 4096 : datum.m)",
  profiles: {
    quick: {},
    full: {
      axes: { budget: pow2(1, 12), norm: [0.25, 0.5, 1, 1.5, 2], d: [16, 64], seed: range(1, 6) },
    },
  },
  measures: [approximation()],
  fits: {
    positive: {
      kind: "powerLaw",
      column: "methodError",
      factors: ["budget"],
      by: ["norm", "d"],
      where: "datum.variant == 'favor-positive'",
    },
    // Fewer than d projections are not a whole orthogonal block, and trigonometric features gain much by one.
    trigonometric: {
      kind: "powerLaw",
      column: "methodError",
      factors: ["budget"],
      by: ["norm", "d"],
      where: "datum.variant == 'favor-trigonometric' && datum.budget >= datum.d",
    },
  },
  claims: [
    {
      kind: "exponents",
      name: "favor-positive-converges",
      statement: "At norm 0.25 the error of FAVOR+ with positive features falls as features^−½, within 0.1.",
      source: "Choromanski et al. 2021, theorem 1",
      fit: "positive",
      group: { norm: 0.25, d: 16 },
      expect: { budget: -0.5 },
      within: 0.1,
    },
    {
      kind: "exponents",
      name: "favor-trigonometric-converges",
      statement:
        "At norm 0.25 the error of FAVOR+ with trigonometric features falls as features^−½, within 0.1, from d projections on.",
      source: "Choromanski et al. 2021, lemma 2",
      fit: "trigonometric",
      group: { norm: 0.25, d: 16 },
      expect: { budget: -0.5 },
      within: 0.1,
    },
    {
      kind: "bound",
      name: "trigonometric-better-at-small-norm",
      statement: "At norm 0.25 to 0.5 trigonometric features err less than as many positive ones.",
      source: "Choromanski et al. 2021, lemma 2",
      where: "datum.norm <= 0.5 && datum.budget >= 32",
      column: "overPositive",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "trigonometric-worse-at-large-norm",
      statement: "At norm 1.5 and above trigonometric features err more than as many positive ones.",
      source: "Choromanski et al. 2021, lemma 2",
      where: "datum.norm >= 1.5 && datum.budget >= 32",
      column: "overPositive",
      atLeast: 1,
    },
    {
      kind: "bound",
      name: "top-k-falls",
      statement: "The error of top-k attention falls whenever k is doubled.",
      where: "datum.variant == 'sparse'",
      column: "ratioToHalf",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "top-k-exact-when-dense",
      statement: "With k = m top-k attention is softmax attention, to rounding.",
      where: "datum.variant == 'sparse' && datum.density == 1",
      column: "methodError",
      atMost: 1e-12,
    },
    {
      kind: "bound",
      name: "top-quarter-suffices",
      statement: "A quarter of the keys, the best ones, gives softmax attention within 10 %.",
      where: "datum.variant == 'sparse' && datum.density == 0.25",
      column: "methodError",
      atMost: 0.1,
    },
    {
      kind: "bound",
      name: "position-tells-nothing",
      statement:
        "On inputs without order a window over a quarter of the keys errs by more than 100 %: keys near in position are no better than others.",
      where: "datum.variant == 'window' && datum.density == 0.25",
      column: "methodError",
      atLeast: 1,
    },
    {
      kind: "bound",
      name: "elu-is-another-attention",
      statement: "elu+1 is no approximation of softmax: at norm 1 and above it errs by at least a quarter.",
      source: "Katharopoulos et al. 2020, section 3.2",
      where: "datum.variant == 'linear' && datum.norm >= 1",
      column: "methodError",
      atLeast: 0.25,
    },
  ],
  charts: [
    {
      name: "error-over-budget",
      title: "Error over what may be spent",
      description:
        "Relative error of the output, mean over seeds; a column for each norm of queries and keys. Budget: random projections, keys kept, landmarks or projected keys; elu+1 has none. Top-k at k = m has no place on the scale.",
      mark: "line",
      filter:
        "datum.d == 16 && datum.methodError > 1e-9 && (datum.norm == 0.25 || datum.norm == 1 || datum.norm == 1.5)",
      encoding: {
        x: { field: "budget", scale: log2, title: "budget" },
        y: { field: "methodError", aggregate: "mean", scale: log10, title: "relative error" },
        color: { field: "variant" },
        column: { field: "norm", title: "norm" },
      },
    },
    {
      name: "error-over-cost",
      title: "Error over multiply-adds",
      description:
        "The same errors at norm 1 over what each method costs, mean over seeds; the line is softmax attention itself.",
      mark: "line",
      filter: "datum.d == 16 && datum.methodError > 1e-9 && datum.norm == 1 && datum.variant != 'linear'",
      references: [{ channel: "x", value: 262144, label: "exact" }],
      encoding: {
        x: { field: "methodMultiplyAdds", scale: log10, title: "multiply-adds" },
        y: { field: "methodError", aggregate: "mean", scale: log10, title: "relative error" },
        color: { field: "variant" },
      },
    },
    {
      name: "trigonometric-over-positive",
      title: "Trigonometric against positive features",
      description: "Below 1 trigonometric features err less than as many positive ones; a point for each seed.",
      mark: "point",
      filter: "datum.d == 16",
      references: [{ channel: "y", value: 1, label: "equal" }],
      encoding: {
        x: { field: "budget", scale: log2, title: "random projections" },
        y: { field: "overPositive", scale: log10, title: "error ÷ error of positive features" },
        color: { field: "norm", type: "ordinal" },
      },
    },
    {
      name: "error-over-density",
      title: "Error over the share of keys that is seen",
      description:
        "Best keys against near keys, mean over seeds, by norm: sharper attention needs fewer of the best ones.",
      mark: "line",
      filter: "datum.d == 16 && (datum.variant == 'sparse' || datum.variant == 'window')",
      encoding: {
        x: { field: "density", scale: log2, title: "share of keys" },
        y: { field: "methodError", aggregate: "mean", title: "relative error", scale: { zero: true } },
        color: { field: "norm", type: "ordinal" },
        column: { field: "variant" },
      },
    },
  ],
});
