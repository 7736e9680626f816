import { headDiversity } from "@xattn/measures";
import { defineExperiment, range } from "@xattn/runner/define";

const seed = "Mathematical Foundations of Cross-Modal Attention, Multi-Head Cross-Modal Attention";
export default defineExperiment({
  name: "heads",
  title: "Do heads specialize without training?",
  question:
    "Do the heads of an untrained multi-head attention attend to different things, by more than random models differ from each other?",
  axes: {
    heads: [2, 4, 8, 16],
    width: [64],
    n: [32],
    m: [20, 100],
    models: [40],
    seed: range(1, 2),
  },
  profiles: {
    quick: {},
    full: { axes: { heads: [2, 4, 8, 16, 32], width: [64, 128], n: [100], models: [100], seed: range(1, 3) } },
  },
  measures: [headDiversity()],
  claims: [
    {
      kind: "bound",
      name: "heads-differ",
      statement: "Random heads attend differently: their rows diverge by more than 0.05 bits.",
      source: seed,
      column: "headDivergence",
      atLeast: 0.05,
    },
    {
      kind: "bound",
      name: "no-specialization",
      statement: "Heads of one random model differ as much as heads of two: the ratio is 1 within 10 %.",
      column: "diversityRatio",
      atLeast: 0.9,
      atMost: 1.1,
    },
    {
      kind: "bound",
      name: "heads-look-widely",
      statement: "A random head spreads its weight: its entropy is at least 80 % of that of uniform weights.",
      column: "entropyShare",
      atLeast: 0.8,
    },
    {
      kind: "bound",
      name: "more-heads-no-less-different",
      statement:
        "Narrow heads, down to width 4, diverge by no less than 0.2 bits: dividing a width into more heads does not make them alike.",
      where: "datum.heads >= 16",
      column: "headDivergence",
      atLeast: 0.2,
    },
  ],
  charts: [
    {
      name: "ratio",
      title: "Divergence between heads relative to that between models",
      description:
        "Median over draws with 95 % interval, a point for each seed and width: 1 is what chance alone makes.",
      mark: "point",
      references: [{ channel: "y", value: 1, label: "chance" }],
      encoding: {
        x: { field: "heads", scale: { type: "log", base: 2, domain: [1, 64] }, title: "heads h" },
        y: { field: "diversityRatio", title: "between heads ÷ between models", scale: { zero: false } },
        column: { field: "m", title: "keys m" },
      },
    },
    {
      name: "divergence",
      title: "Divergence between heads",
      description:
        "Mean Jensen-Shannon divergence of rows of two heads at a fixed width of the model, mean over seeds.",
      mark: "line",
      filter: "datum.width == 64",
      encoding: {
        x: { field: "heads", scale: { type: "log", base: 2 }, title: "heads h" },
        y: { field: "headDivergence", aggregate: "mean", title: "divergence in bits", scale: { zero: true } },
        color: { field: "m", type: "ordinal", title: "keys m" },
      },
    },
    {
      name: "effective-support",
      title: "Keys that a row in effect looks at",
      description: "2^entropy of a row of weights, mean over rows, heads and seeds, at a fixed width of the model.",
      mark: "line",
      filter: "datum.width == 64",
      encoding: {
        x: { field: "heads", scale: { type: "log", base: 2 }, title: "heads h" },
        y: { field: "effectiveSupport", aggregate: "mean", title: "effective keys", scale: { zero: true } },
        color: { field: "m", type: "ordinal", title: "keys m" },
      },
    },
  ],
});
