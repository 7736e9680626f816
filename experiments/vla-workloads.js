import { accuracy, cost, time } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";
export default defineExperiment({
  name: "vla-workloads",
  title: "Attention at the sizes of published models",
  question:
    "At the sizes of vision-language-action models, which attention is fastest on this machine, and at what error?",
  axes: {
    workload: [
      "seed",
      "rt-1",
      "octo-small",
      "octo-base",
      "openvla",
      "pi-0",
      "roboflamingo-resampler",
      "roboflamingo-text",
      "act-one-camera",
      "act-four-cameras",
      "gr00t-n1",
      "detr",
      "grounding-dino-decoder",
      "vilbert",
    ],
    variant: ["standard", "chunked", "linear", "sparse"],
    backend: ["plain"],
  },
  profiles: {
    quick: { sampling: { budgetSeconds: 0.5, minimumRounds: 5 } },
    full: {
      axes: { variant: ["standard", "chunked", "linear", "sparse", "entmax"] },
      sampling: { budgetSeconds: 5 },
    },
  },
  measures: [time({ baseline: { variant: "standard" } }), cost(), accuracy()],
  claims: [
    {
      kind: "bound",
      name: "accurate",
      statement: "Every float32 kernel stays within 2·10⁻⁶ of its float64 reference on every workload.",
      column: "error",
      atMost: 2e-6,
    },
    {
      kind: "bound",
      name: "chunked-no-slower",
      statement: "Chunked attention takes at most 1.25 times the time of standard attention on every workload.",
      column: "timeRatio",
      where: "datum.variant == 'chunked'",
      atMost: 1.25,
    },
    {
      kind: "bound",
      name: "linear-faster",
      statement: "Linear attention is faster than standard attention on every workload whose mask it can follow.",
      column: "timeRatio",
      where: "datum.variant == 'linear'",
      atMost: 1,
    },
    {
      kind: "always",
      name: "linear-is-not-exact",
      statement: "On unit-Gaussian inputs linear attention is within 1 % of softmax attention.",
      where: "datum.variant == 'linear'",
      test: "datum.approximationError <= 0.01",
    },
  ],
  charts: [
    {
      name: "time",
      title: "Time of one attention, by workload",
      description: "Median with 95 % interval on a logarithmic scale.",
      mark: "point",
      encoding: {
        y: { field: "workload", type: "nominal", sort: null },
        x: { field: "time", scale: { type: "log", base: 10 } },
        color: { field: "variant" },
      },
    },
    {
      name: "time-ratio",
      title: "Time relative to standard attention, by workload",
      description: "Left of 1 a variant is faster than standard attention; ratios of paired rounds.",
      mark: "point",
      filter: "datum.variant != 'standard'",
      references: [{ channel: "x", value: 1, label: "standard" }],
      encoding: {
        y: { field: "workload", type: "nominal", sort: null },
        x: { field: "timeRatio", scale: { type: "log", base: 2 }, title: "time ÷ time of standard" },
        color: { field: "variant" },
      },
    },
    {
      name: "error-and-time",
      title: "What speed costs in error",
      description: "Relative error against softmax attention over time relative to standard attention.",
      mark: "point",
      filter: "datum.variant != 'standard'",
      encoding: {
        x: { field: "timeRatio", scale: { type: "log", base: 2 }, title: "time ÷ time of standard" },
        y: { field: "approximationError", scale: { type: "log", base: 10 }, title: "relative error" },
        color: { field: "variant" },
      },
    },
  ],
});
