import { causalLeak } from "@xattn/measures";
import { defineExperiment, pow2, range } from "@xattn/runner/define";

const formula = "Mathematical Foundations of Cross-Modal Attention, Causal Attention: softmax((QKᵀ) ⊙ mask)/√d)V";
export default defineExperiment({
  name: "causal-leak",
  title: "Does a causal mask keep the future out?",
  question:
    "Does a mask of zeros and ones that is multiplied with the logits keep the future from the past, as one of −∞ that is added to them does?",
  axes: {
    form: ["additive", "multiplicative"],
    n: pow2(3, 8),
    d: [16, 64],
    seed: range(1, 5),
  },
  profiles: {
    quick: {},
    full: { axes: { n: pow2(1, 9), d: [4, 16, 64, 128], seed: range(1, 20) } },
  },
  measures: [causalLeak()],
  claims: [
    {
      kind: "bound",
      name: "additive-has-no-future-mass",
      statement: "With logits of −∞ for the future, no weight falls on it: exactly 0.",
      where: "datum.form == 'additive'",
      column: "futureMass",
      atMost: 0,
    },
    {
      kind: "bound",
      name: "additive-leaks-nothing",
      statement: "With logits of −∞ for the future, no earlier output changes by a single bit when the future does.",
      where: "datum.form == 'additive'",
      column: "largestChange",
      atMost: 0,
    },
    {
      kind: "bound",
      name: "multiplicative-prevents-influence",
      statement: "A triangular mask of zeros and ones times QKᵀ prevents the future from influencing the past.",
      source: formula,
      where: "datum.form == 'multiplicative'",
      column: "largestChange",
      atMost: 0,
    },
    {
      kind: "bound",
      name: "multiplicative-leaks-two-fifths",
      statement:
        "On unit Gaussians the product with zeros leaves 0.36 to 0.46 of the weight on the future for n ≥ 64; 0.417 is the limit for n → ∞ and unit-normal logits.",
      source: "∫₀¹ u/(u + √e·(1 − u)) du = 1/(1 − a) + a·ln a/(1 − a)² with a = √e",
      where: "datum.form == 'multiplicative' && datum.n >= 64",
      column: "futureMass",
      atLeast: 0.36,
      atMost: 0.46,
    },
  ],
  charts: [
    {
      name: "future-mass",
      title: "Weight on keys of the future",
      description:
        "A point for each seed and d: the additive mask leaves exactly 0; the line is the limit for unit-normal logits.",
      mark: "point",
      references: [{ channel: "y", value: 0.4174, label: "0.417" }],
      encoding: {
        x: { field: "n", scale: { type: "log", base: 2, domain: [2, 1024] }, title: "queries and keys n" },
        y: { field: "futureMass", title: "weight on the future", scale: { domain: [0, 0.6] } },
        color: { field: "form" },
      },
    },
    {
      name: "largest-change",
      title: "How far the future moves earlier outputs",
      description:
        "Largest relative change of an earlier output when all later keys and values are replaced, mean over seeds.",
      mark: "line",
      encoding: {
        x: { field: "n", scale: { type: "log", base: 2 }, title: "queries and keys n" },
        y: { field: "largestChange", aggregate: "mean", title: "relative change", scale: { zero: true } },
        color: { field: "form" },
        column: { field: "d" },
      },
    },
  ],
});
