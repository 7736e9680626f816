import { storageError } from "@xattn/measures";
import { defineExperiment, pow2 } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 } as const;
const log10 = { type: "log", base: 10 } as const;

export default defineExperiment({
  name: "precision",
  title: "What few bits cost, by the scale of the logits",
  question:
    "Everything else stays float64, so that storage alone is seen: kernels that also add up in few bits lose more. Gaussian inputs; int8 has one scale a row. At which standard deviation of the logits does storing inputs, logits or weights in float16, bfloat16 or int8 lose 1 % of the output, and where does it overflow?",
  axes: {
    format: ["float32", "float16", "bfloat16", "int8"],
    part: ["inputs", "logits", "weights"],
    spread: [0.0625, 0.25, ...pow2(0, 6), 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576],
    n: [64],
    m: [128],
    d: [32],
    draws: [32],
  },
  profiles: {
    quick: {},
    full: { axes: { n: [64], m: [256], d: [64], spread: [0.015625, 0.0625, 0.25, 0.5, ...pow2(0, 32)], draws: [40] } },
  },
  measures: [storageError()],
  claims: [
    {
      kind: "bound",
      name: "float16-inputs-fine",
      statement: "Inputs in float16 lose less than 1 % at every scale up to a standard deviation of a million.",
      where: "datum.format == 'float16' && datum.part == 'inputs' && datum.spread <= 1048576",
      column: "storageError",
      atMost: 0.01,
    },
    {
      kind: "bound",
      name: "bfloat16-inputs-fine-up-to-8",
      statement: "Inputs in bfloat16 lose less than 1 % up to a standard deviation of 8.",
      where: "datum.format == 'bfloat16' && datum.part == 'inputs' && datum.spread <= 8",
      column: "storageError",
      atMost: 0.01,
    },
    {
      kind: "bound",
      name: "bfloat16-inputs-lose-from-32",
      statement: "From 32 to 64 they lose more than 1 %.",
      where: "datum.format == 'bfloat16' && datum.part == 'inputs' && datum.spread >= 32 && datum.spread <= 64",
      column: "storageError",
      atLeast: 0.01,
    },
    {
      kind: "bound",
      name: "int8-inputs-lose-from-2",
      statement: "Inputs in int8, a scale a row, lose more than 1 % from a standard deviation of 2 to 64.",
      where: "datum.format == 'int8' && datum.part == 'inputs' && datum.spread >= 2 && datum.spread <= 64",
      column: "storageError",
      atLeast: 0.01,
    },
    {
      kind: "bound",
      name: "float16-logits-fine-up-to-1024",
      statement: "Logits in float16 lose less than 1 % up to a standard deviation of 1024.",
      where: "datum.format == 'float16' && datum.part == 'logits' && datum.spread <= 1024",
      column: "storageError",
      atMost: 0.01,
    },
    {
      kind: "bound",
      name: "bfloat16-logits-fine-up-to-4",
      statement: "Logits in bfloat16 lose less than 1 % up to a standard deviation of 4.",
      where: "datum.format == 'bfloat16' && datum.part == 'logits' && datum.spread <= 4",
      column: "storageError",
      atMost: 0.01,
    },
    {
      kind: "bound",
      name: "bfloat16-logits-lose-from-8",
      statement: "From 8 on they lose more than 1 %.",
      where: "datum.format == 'bfloat16' && datum.part == 'logits' && datum.spread >= 8",
      column: "storageError",
      atLeast: 0.01,
    },
    {
      kind: "bound",
      name: "bfloat16-eight-times-float16",
      statement:
        "Up to a standard deviation of 4 bfloat16 errs 8 times as much as float16, whatever part is stored, within 1.",
      source: "8 significant bits against 11 (IEEE 754-2019 binary16; Kalamkar et al. 2019, A Study of BFLOAT16)",
      where: "datum.spread <= 4",
      column: "overFloat16",
      atLeast: 7,
      atMost: 9,
    },
    {
      kind: "always",
      name: "float16-overflows-at-65520",
      statement: "Elements overflow in float16 exactly where one reaches 65,520, which rounds to infinity.",
      source: "IEEE 754-2019: largest finite binary16 65,504",
      where: "datum.format == 'float16'",
      test: "(datum.overflowShare > 0) == (datum.largestStored >= 65520)",
    },
    {
      kind: "bound",
      name: "float16-logits-finite-up-to-4096",
      statement: "Logits in float16 do not overflow up to a standard deviation of 4096.",
      where: "datum.format == 'float16' && datum.part == 'logits' && datum.spread <= 4096",
      column: "overflowShare",
      atMost: 0,
    },
    {
      kind: "bound",
      name: "others-never-overflow",
      statement: "float32, bfloat16 and int8 never overflow, up to a standard deviation of a million.",
      where: "datum.format != 'float16'",
      column: "overflowShare",
      atMost: 0,
    },
    {
      kind: "bound",
      name: "weights-are-benign",
      statement: "Weights in float16 and bfloat16 lose less than 0.2 % at every scale.",
      where: "datum.part == 'weights' && (datum.format == 'float16' || datum.format == 'bfloat16')",
      column: "storageError",
      atMost: 0.002,
    },
    {
      kind: "bound",
      name: "int8-weights-within-one-percent",
      statement:
        "Weights in int8, a scale a row, lose less than 1 % at every scale. (At middling scales one large weight sets the step for many small ones that together still count.)",
      where: "datum.part == 'weights' && datum.format == 'int8'",
      column: "storageError",
      atMost: 0.01,
    },
  ],
  charts: [
    {
      name: "error",
      title: "int8 inputs lose 1 % at a logit scale of 2, bfloat16 beyond 16, float16 nowhere",
      description:
        "Relative error of the output with 95 % interval over draws; a line ends where elements overflow, or where every row has but one key left.",
      mark: "line",
      filter: "datum.storageError > 1e-9",
      references: [{ channel: "y", value: 0.01, label: "1 %" }],
      encoding: {
        x: { field: "spread", scale: log2, title: "standard deviation of the logits" },
        y: { field: "storageError", scale: log10, title: "relative error" },
        color: { field: "format" },
        column: { field: "part", title: null },
      },
    },
    {
      name: "overflow",
      title: "Only float16 overflows, and only where logits are stored",
      description: "Share of stored elements that became infinite.",
      mark: "line",
      encoding: {
        x: { field: "spread", scale: log2, title: "standard deviation of the logits" },
        y: { field: "overflowShare", title: "share that overflows" },
        color: { field: "format" },
        column: { field: "part", title: null },
      },
    },
  ],
});
