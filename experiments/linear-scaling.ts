import { cost, time } from "@xattn/measures";
import { defineExperiment, pow2 } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 } as const;
const log10 = { type: "log", base: 10 } as const;
const paper = "Katharopoulos et al. 2020, Transformers are RNNs";
const quadratic = "datum.n * datum.n * datum.d";
const linear = "datum.n * datum.d * datum.d";

/** Where softmax attention is fitted: close together where it is fast, to tell the constant, and a few up to 4096. */
const fitted = [
  704, 736, 768, 800, 832, 864, 896, 928, 960, 992, 1024, 1088, 1152, 1216, 1280, 1408, 1536, 1792, 2048, 2560, 3072,
  4096,
];
const sizes = [128, 192, 256, 384, 512, ...fitted];

/**
 * Softmax attention keeps n² weights of 4 bytes. While they fit into a core's level 2 cache (1 or 2 MB) a weight costs a
 * quarter less time than when they do not, and a power law over both sides of the step is steeper than on either. From
 * 704 on they are 1.9 MB and more.
 */
const pastTheCache = "datum.variant == 'linear' || datum.n >= 704";

export default defineExperiment({
  name: "linear-scaling",
  title: "Linear attention is linear in the sequence",
  question:
    "Here forward passes of one head of self-attention with n queries and n keys, elu+1, on one processor core in float32; the paper times forward and backward passes on a GPU, and its thousandfold gains are of autoregressive decoding. Do time and cost of linear attention grow as n, where those of softmax attention grow as n² (Katharopoulos et al. 2020, section 3.2)?",
  axes: {
    n: sizes,
    m: sizes,
    d: [32],
    variant: ["standard", "linear"],
    backend: ["plain"],
  },
  // Linear attention is fitted over a longer range and needs fewer sizes.
  where: "datum.n == datum.m && (datum.variant == 'standard' || datum.n < 704 || datum.n % 256 == 0)",
  include: [{ n: pow2(13, 14), m: pow2(13, 14), variant: ["linear"] }],
  profiles: {
    quick: { sampling: { budgetSeconds: 0.6, sampleMs: 10, minimumRounds: 7 } },
    full: {
      axes: { d: [32, 64] },
      include: [{ n: pow2(13, 16), m: pow2(13, 16), variant: ["linear"] }],
      sampling: { budgetSeconds: 4, sampleMs: 10 },
    },
  },
  measures: [time({ baseline: { variant: "standard" }, interleave: ["n", "m"] }), cost()],
  fits: {
    time: { kind: "powerLaw", column: "time", factors: ["n"], by: ["variant", "d"], where: pastTheCache },
    multiplyAdds: { kind: "powerLaw", column: "multiplyAdds", factors: ["n"], by: ["variant", "d"] },
    terms: {
      kind: "terms",
      column: "multiplyAdds",
      by: ["variant", "d"],
      candidates: { "n²": [quadratic], n: [linear, "datum.n * datum.d"], both: [quadratic, linear] },
    },
  },
  claims: [
    {
      kind: "exponents",
      name: "linear-cost-slope-one",
      statement: "Multiply-adds of linear attention grow as n¹.",
      source: `${paper}, section 3.2`,
      fit: "multiplyAdds",
      group: { variant: "linear" },
      expect: { n: 1 },
      within: 1e-6,
    },
    {
      kind: "exponents",
      name: "softmax-cost-slope-two",
      statement: "Multiply-adds of softmax attention grow as n².",
      source: `${paper}, section 3.2`,
      fit: "multiplyAdds",
      group: { variant: "standard" },
      expect: { n: 2 },
      within: 1e-6,
    },
    {
      kind: "terms",
      name: "no-quadratic-term",
      statement: "The cost of linear attention has no n² term.",
      source: `${paper}, section 3.2`,
      fit: "terms",
      group: { variant: "linear" },
      absent: [quadratic],
    },
    {
      kind: "exponents",
      name: "linear-time-slope-one",
      statement: "The time of linear attention grows as n, slope 1 within 0.1.",
      source: `${paper}, section 4.1 and figure 1`,
      fit: "time",
      group: { variant: "linear" },
      expect: { n: 1 },
      within: 0.1,
    },
    {
      kind: "exponents",
      name: "softmax-time-slope-two",
      statement:
        "The time of softmax attention grows as n² from n = 704 on, where its weights have outgrown the level 2 cache, slope 2 within 0.1.",
      source: `${paper}, section 4.1 and figure 1`,
      fit: "time",
      group: { variant: "standard" },
      expect: { n: 2 },
      within: 0.1,
    },
    {
      kind: "bound",
      name: "faster-from-512",
      statement: "From n = 512 on linear attention takes less than a quarter of the time of softmax attention.",
      where: "datum.variant == 'linear' && datum.n >= 512 && datum.n <= 4096",
      column: "timeRatio",
      atMost: 0.25,
    },
  ],
  charts: [
    {
      name: "time",
      title: "Time: slope 1 for linear attention, 2 for softmax",
      description:
        "Median time of one attention with 95 % interval, d = 32, on one core. Softmax (standard) is fitted from n = 704 on, where its n² weights have outgrown the level 2 cache.",
      mark: "point",
      filter: "datum.d == 32",
      fit: "time",
      encoding: {
        x: { field: "n", scale: log2, title: "tokens n" },
        y: { field: "time", scale: log10, title: "time of one attention" },
        color: { field: "variant" },
      },
    },
    {
      name: "multiply-adds",
      title: "Multiply-adds: slope 1 and 2, exactly",
      description: "Of one attention by the cost model, d = 32.",
      mark: "point",
      filter: "datum.d == 32",
      fit: "multiplyAdds",
      encoding: {
        x: { field: "n", scale: log2, title: "tokens n" },
        y: { field: "multiplyAdds", scale: log10, title: "multiply-adds" },
        color: { field: "variant" },
      },
    },
    {
      name: "time-ratio",
      title: "Linear attention gains in proportion to n",
      description: "Time over that of softmax attention at the same n, d = 32, with 95 % interval of paired rounds.",
      mark: "line",
      filter: "datum.d == 32 && datum.variant == 'linear'",
      references: [{ channel: "y", value: 1, label: "softmax" }],
      encoding: {
        x: { field: "n", scale: log2, title: "tokens n" },
        y: { field: "timeRatio", scale: log10, title: "time ÷ time of softmax" },
      },
    },
  ],
});
