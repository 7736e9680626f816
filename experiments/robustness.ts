import { perturbationNames, robustness } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";

const seed = "Mathematical Foundations of Cross-Modal Attention, Challenges: Robustness";
const base = "datum.temperature == 1 && datum.heads == 1 && datum.m == 16 && datum.d == 16";
const smooth = "datum.variant != 'sparse'";
const order = [
  "float16",
  "int8",
  "worst-linf",
  "worst-l2",
  "uniform-linf",
  "uniform-l2",
  "gaussian",
  "token-swap",
  "missing",
  "distractors",
  "token-dropout",
  "feature-dropout",
  "spatial-shift",
];

export default defineExperiment({
  name: "robustness",
  title: "Do small changes of the input change attention much?",
  question:
    "How far do noise, dropped and swapped tokens, rounding, shifts, distractors, a missing modality and the worst case move the output and the weights of attention, and what makes it fragile?",
  axes: {
    variant: ["standard", "chunked", "sparse", "entmax", "linear", "favor-positive"],
    perturbation: perturbationNames,
    on: ["context"],
    budget: [0.125, 0.25],
    temperature: [1],
    heads: [1],
    n: [16],
    m: [16],
    d: [16],
    draws: [20],
  },
  include: [
    // How the response grows with the change, down to very small ones.
    { perturbation: ["gaussian"], on: ["query", "context"], budget: [0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008] },
    // What cold logits do to a change of 1 %.
    {
      perturbation: ["gaussian", "worst-l2"],
      on: ["key", "context"],
      budget: [0.01],
      temperature: [4, 1, 0.25, 0.0625],
    },
    // What sizes and heads do.
    { perturbation: ["gaussian"], budget: [0.125], heads: [1, 4], m: [8, 32, 64], d: [8, 32] },
  ],
  // Rounding and fading of all tokens; of half of them they tell nothing more.
  where: "!(datum.perturbation == 'float16' || datum.perturbation == 'int8') || datum.budget == 0.25",
  profiles: {
    quick: {},
    full: {
      axes: { on: ["query", "context", "key", "value"], draws: [50] },
      where: "datum.perturbation != 'distractors' || datum.on == 'context'",
    },
  },
  measures: [robustness()],
  fits: {
    byBudget: {
      kind: "powerLaw",
      column: "outputChange",
      factors: ["budget"],
      by: ["variant", "on"],
      where: "datum.perturbation == 'gaussian' && datum.budget < 0.01",
    },
  },
  claims: [
    {
      kind: "bound",
      name: "small-changes-move-outputs-far",
      statement:
        "A change of keys and values by 1 % can move the output by more than 10 % at temperature 1. (No, for softmax, entmax and elu+1 attention: the worst case reaches 6 to 9 %; yes where attention jumps or its denominator is small: top-k and FAVOR+.)",
      source: seed,
      where:
        "datum.perturbation == 'worst-l2' && datum.on == 'context' && datum.budget == 0.01 && datum.temperature == 1",
      column: "outputChange",
      atLeast: 0.1,
    },
    {
      kind: "bound",
      name: "cold-attention-is-fragile",
      statement:
        "It can for every variant whose logits the temperature divides, at temperature 1/4 and below: what makes attention fragile is sharp logits.",
      source: seed,
      where:
        "datum.perturbation == 'worst-l2' && datum.on == 'context' && datum.budget == 0.01 && datum.temperature <= 0.25 && datum.variant != 'linear'",
      column: "outputChange",
      atLeast: 0.1,
    },
    {
      kind: "bound",
      name: "small-changes-move-patterns-far",
      statement:
        "A change of the keys by 1 % can move more than a tenth of the attention weight at temperature 1. (No: the worst case for the output moves 0.3 to 4 %.)",
      source: seed,
      where: "datum.perturbation == 'worst-l2' && datum.on == 'key' && datum.budget == 0.01 && datum.temperature == 1",
      column: "totalVariation",
      atLeast: 0.1,
    },
    {
      kind: "always",
      name: "noise-is-not-amplified",
      statement:
        "Noise on smooth attention at temperature 1 moves the output by at most twice its own relative size. (All but once: FAVOR+ with 64 keys of width 32 reaches 2.006, since its response grows with the head dimension.)",
      where: `datum.perturbation == 'gaussian' && datum.temperature == 1 && ${smooth}`,
      test: "datum.outputChange <= 2 * datum.budget",
    },
    {
      kind: "always",
      name: "noise-is-not-amplified-by-top-k",
      statement:
        "The same holds for top-k attention. (No: where two keys trade places at the border of the selection, weight jumps however small the noise.)",
      where: "datum.perturbation == 'gaussian' && datum.temperature == 1 && datum.variant == 'sparse'",
      test: "datum.outputChange <= 2 * datum.budget",
    },
    ...(["standard", "chunked", "entmax", "linear", "favor-positive"] as const).map(
      (variant) =>
        ({
          kind: "exponents",
          name: `proportional-${variant}`,
          statement: `The response of ${variant} attention to small noise is proportional to it: exponent 1 within 0.01.`,
          fit: "byBudget",
          group: { variant },
          expect: { budget: 1 },
          within: 0.01,
        }) as const,
    ),
    {
      kind: "exponents",
      name: "proportional-sparse",
      statement:
        "The response of top-k attention to small noise is proportional to it: exponent 1 within 0.01. (It is a sum of a proportional part and of rare jumps, which no power law describes.)",
      fit: "byBudget",
      group: { variant: "sparse" },
      expect: { budget: 1 },
      within: 0.01,
    },
    {
      kind: "bound",
      name: "certified-bounds-hold",
      statement:
        "No perturbation moves the output beyond the bound that follows from softmax being ½-Lipschitz and 1.5-entmax 1-Lipschitz.",
      source: "Gao and Pavel 2017, proposition 4; Nair 2025; Blondel, Martins and Niculae 2020",
      column: "certifiedShare",
      atMost: 1,
    },
    {
      kind: "bound",
      name: "divergence-has-a-ceiling",
      statement: "The Jensen-Shannon divergence of weights stays below ln 2.",
      source: "Lin 1991",
      column: "jensenShannon",
      atMost: Math.LN2,
    },
    {
      kind: "bound",
      name: "order-does-not-matter",
      statement: "Keys that trade places together with their values leave the output as it is, to 10⁻¹² of its size.",
      where: "datum.perturbation == 'token-swap'",
      column: "outputChange",
      atMost: 1e-12,
    },
    {
      kind: "bound",
      name: "half-precision-is-harmless",
      statement: "Rounding keys and values to float16 moves the output by less than 0.05 %.",
      where: "datum.perturbation == 'float16'",
      column: "outputChange",
      atMost: 5e-4,
    },
    {
      kind: "bound",
      name: "eight-bits-are-nearly-harmless",
      statement: "Rounding a quarter of the tokens to int8 moves the output of smooth attention by less than 1 %.",
      where: `datum.perturbation == 'int8' && ${smooth}`,
      column: "outputChange",
      atMost: 0.01,
    },
    {
      kind: "always",
      name: "distractors-dilute",
      statement:
        "Distractors take the share of the weight that they are of the keys, b/(1 + b), within a fifth of it, whatever the variant.",
      where: "datum.perturbation == 'distractors'",
      test: "abs(datum.totalVariation * (1 + datum.budget) / datum.budget - 1) <= 0.2",
    },
    {
      kind: "bound",
      name: "sizes-hardly-matter",
      statement:
        "Noise of an eighth moves softmax attention by 1.1 to 1.6 times as much, whatever the number of heads and keys and the head dimension.",
      where: "datum.perturbation == 'gaussian' && datum.budget == 0.125 && datum.variant == 'standard'",
      column: "outputChange",
      atLeast: 0.1375,
      atMost: 0.2,
    },
  ],
  charts: [
    {
      name: "perturbations",
      title: "Which perturbation moves the output of attention most?",
      description:
        "A quarter of whatever the perturbation takes (its own size, tokens, features, a shift by a quarter), on keys and values; right of the line the output changes by more than a quarter. Swapped tokens with their values change nothing (10⁻¹⁶) and are left out. int8 and float16 round a quarter of the tokens.",
      mark: "point",
      filter: `datum.budget == 0.25 && ${base} && datum.on == 'context' && datum.perturbation != 'token-swap' && datum.variant != 'chunked'`,
      references: [{ channel: "x", value: 0.25, label: "0.25" }],
      height: 320,
      encoding: {
        x: { field: "outputChange", scale: { type: "log", domain: [1e-4, 10] }, title: "‖out′ − out‖ ÷ ‖out‖" },
        y: { field: "perturbation", type: "nominal", sort: order },
        color: { field: "variant", sort: null },
      },
    },
    {
      name: "temperature",
      title: "Can a change of 1 % move the output by more than 10 %?",
      description:
        "Keys and values changed by 1 % of their size, by noise and in the worst case: the colder the logits, the further the output moves. Linear attention with elu+1 has no logits that the temperature would sharpen. Lower line: the change itself; upper line: ten times as much.",
      mark: "line",
      filter: "datum.budget == 0.01 && datum.on == 'context' && datum.variant != 'chunked'",
      references: [
        { channel: "y", value: 0.01, label: "1 %" },
        { channel: "y", value: 0.1, label: "10 %" },
      ],
      encoding: {
        x: { field: "temperature", scale: { type: "log", base: 2 }, title: "temperature, sharp logits on the left" },
        y: { field: "outputChange", scale: { type: "log" }, title: "‖out′ − out‖ ÷ ‖out‖" },
        color: { field: "variant", sort: null },
        column: { field: "perturbation" },
      },
    },
    {
      name: "patterns",
      title: "Can a change of the keys by 1 % move a tenth of the attention weight?",
      description:
        "Share of a row's weight that moves to other keys when keys alone are changed by 1 %, by noise and in the worst case for the output.",
      mark: "line",
      filter: "datum.budget == 0.01 && datum.on == 'key' && datum.variant != 'chunked'",
      references: [{ channel: "y", value: 0.1, label: "a tenth" }],
      encoding: {
        x: { field: "temperature", scale: { type: "log", base: 2 }, title: "temperature, sharp logits on the left" },
        y: { field: "totalVariation", scale: { type: "log" }, title: "share of weight that moves" },
        color: { field: "variant", sort: null },
        column: { field: "perturbation" },
      },
    },
    {
      name: "proportion",
      title: "Does a smaller change make a smaller difference?",
      description:
        "Change of the output by the size of the noise, both logarithmic: a straight line of slope 1 is a proportional response. Top-k attention leaves it where keys trade places at the border of its selection.",
      mark: "line",
      filter: "datum.perturbation == 'gaussian' && datum.budget < 0.01 && datum.variant != 'chunked'",
      encoding: {
        x: { field: "budget", scale: { type: "log" }, title: "noise, relative to the input" },
        y: { field: "outputChange", scale: { type: "log" }, title: "‖out′ − out‖ ÷ ‖out‖" },
        color: { field: "variant", sort: null },
        column: { field: "on", title: "noise on" },
      },
    },
    {
      name: "decisions",
      title: "Does a word look at another object?",
      description:
        "Share of rows in which another key becomes the heaviest, under a quarter of each perturbation of keys and values; at 0.9375 the choice would be as good as drawn from 16 keys.",
      mark: "point",
      filter: `datum.budget == 0.25 && ${base} && datum.on == 'context' && datum.variant != 'chunked'`,
      references: [{ channel: "x", value: 0.9375, label: "chance" }],
      height: 320,
      encoding: {
        x: {
          field: "decisionFlips",
          scale: { domain: [-0.02, 1.02] },
          title: "share of rows with another heaviest key",
        },
        y: { field: "perturbation", type: "nominal", sort: order },
        color: { field: "variant", sort: null },
      },
    },
    {
      name: "divergence",
      title: "How far apart are weights before and after?",
      description:
        "Jensen-Shannon divergence of a row under a quarter of each perturbation of keys and values; ln 2 is what rows that share no key would have.",
      mark: "point",
      filter: `datum.budget == 0.25 && ${base} && datum.on == 'context' && datum.variant != 'chunked'`,
      references: [{ channel: "x", value: Math.LN2, label: "ln 2" }],
      height: 320,
      encoding: {
        x: { field: "jensenShannon", scale: { domain: [-0.01, 0.75] }, title: "divergence in nats" },
        y: { field: "perturbation", type: "nominal", sort: order },
        color: { field: "variant", sort: null },
      },
    },
    {
      name: "certified",
      title: "How near does any perturbation come to the certified bound?",
      description:
        "Largest change of the output over draws as a share of its bound, for the variants that have one; right of the line the bound would be broken. Noise stays far below it, the worst case comes as near as a factor of 2.2.",
      mark: "point",
      filter: "datum.certifiedShare != null && datum.perturbation != 'token-swap' && datum.variant != 'chunked'",
      references: [{ channel: "x", value: 1, label: "bound" }],
      height: 320,
      encoding: {
        x: { field: "certifiedShare", scale: { type: "log", domain: [0.005, 2] }, title: "change ÷ bound" },
        y: { field: "perturbation", type: "nominal", sort: order },
        color: { field: "variant", sort: null },
      },
    },
    {
      name: "sizes",
      title: "Do more keys or heads make attention robust?",
      description:
        "Noise of an eighth on keys and values: change of the output by the number of keys, with one head and with four, mean over head dimensions 8 and 32. The line is the noise itself.",
      mark: "line",
      filter:
        "datum.perturbation == 'gaussian' && datum.budget == 0.125 && datum.d != 16 && datum.variant != 'chunked'",
      references: [{ channel: "y", value: 0.125, label: "0.125" }],
      encoding: {
        x: { field: "m", scale: { type: "log", base: 2 }, title: "keys m" },
        y: { field: "outputChange", aggregate: "mean", title: "‖out′ − out‖ ÷ ‖out‖", scale: { domain: [0, 0.4] } },
        color: { field: "variant", sort: null },
        column: { field: "heads", title: "heads" },
      },
    },
  ],
});
