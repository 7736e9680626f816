import { cost, time } from "@xattn/measures";
import { defineExperiment, pow2 } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 };
const log10 = { type: "log", base: 10 };
const formula = "Mathematical Foundations of Cross-Modal Attention, Computational Efficiency";
export default defineExperiment({
  name: "crossover",
  title: "Where linear attention becomes faster",
  question:
    "From which number of pairs n·m on is linear attention faster than exact attention on this machine, and is n·m what decides?",
  axes: {
    n: pow2(4, 10),
    m: pow2(4, 10),
    d: [32, 64],
    variant: ["standard", "linear"],
    backend: ["plain"],
  },
  profiles: {
    quick: { where: "datum.n == datum.m", sampling: { budgetSeconds: 0.3, minimumRounds: 7 } },
    full: {
      axes: { d: [16, 32, 64, 128] },
      where: "datum.n <= 16 * datum.m && datum.m <= 16 * datum.n",
      sampling: { budgetSeconds: 2 },
    },
  },
  measures: [time({ baseline: { variant: "standard" } }), cost()],
  fits: {
    timeTerms: {
      kind: "terms",
      column: "time",
      by: ["variant"],
      candidates: {
        n·m·d: ["datum.n * datum.m * datum.d", "datum.n * datum.m"],
        "(n + m)·d²": ["(datum.n + datum.m) * datum.d * datum.d", "(datum.n + datum.m) * datum.d"],
      },
    },
  },
  claims: [
    {
      kind: "bound",
      name: "linear-slower-when-small",
      statement: "With n·m = 256 linear attention takes at least as long as exact attention.",
      source: formula,
      where: "datum.variant == 'linear' && datum.n * datum.m <= 256",
      column: "timeRatio",
      atLeast: 1,
    },
    {
      kind: "bound",
      name: "linear-faster-when-large",
      statement: "From n·m = 262144 on linear attention takes at most half the time of exact attention.",
      source: formula,
      where: "datum.variant == 'linear' && datum.n * datum.m >= 262144",
      column: "timeRatio",
      atMost: 0.5,
    },
    {
      kind: "bound",
      name: "faster-where-fewer-multiply-adds",
      statement: "Linear attention is faster wherever it needs at most half the multiply-adds: n·m/(n + m) ≥ 2·d.",
      where: "datum.variant == 'linear' && datum.n * datum.m >= 2 * datum.d * (datum.n + datum.m)",
      column: "timeRatio",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "slower-where-more-multiply-adds",
      statement: "Linear attention is slower wherever it needs at least twice the multiply-adds: n·m/(n + m) ≤ d/2.",
      where: "datum.variant == 'linear' && 2 * datum.n * datum.m <= datum.d * (datum.n + datum.m)",
      column: "timeRatio",
      atLeast: 1,
    },
    {
      kind: "terms",
      name: "standard-time-has-pairs",
      statement: "The time of exact attention has an n·m·d term.",
      fit: "timeTerms",
      group: { variant: "standard" },
      present: ["datum.n * datum.m * datum.d"],
    },
    {
      kind: "terms",
      name: "linear-time-has-no-pairs",
      statement: "The time of linear attention has no n·m term.",
      fit: "timeTerms",
      group: { variant: "linear" },
      absent: ["datum.n * datum.m * datum.d", "datum.n * datum.m"],
    },
  ],
  charts: [
    {
      name: "ratio",
      title: "Time of linear attention relative to exact attention",
      description: "Below 1 linear attention is faster; where the line of a d crosses is its threshold on n·m.",
      mark: "line",
      filter: "datum.variant == 'linear' && datum.n == datum.m",
      references: [{ channel: "y", value: 1, label: "exact" }],
      encoding: {
        x: { field: "pairs", scale: log2, title: "pairs n·m" },
        y: { field: "timeRatio", scale: log2, title: "time ÷ time of exact attention" },
        color: { field: "d", type: "ordinal" },
      },
    },
    {
      name: "time",
      title: "Time of both paths",
      description: "Median with 95 % interval over n·m, with n = m; the lines cross at the threshold.",
      mark: "line",
      filter: "datum.n == datum.m",
      encoding: {
        x: { field: "pairs", scale: log2, title: "pairs n·m" },
        y: { field: "time", scale: log10, title: "time of one attention" },
        color: { field: "variant" },
        column: { field: "d" },
      },
    },
  ],
});
