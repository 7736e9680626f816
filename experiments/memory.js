import { cost, memory } from "@xattn/measures";
import { defineExperiment, pow2 } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 };
const log10 = { type: "log", base: 10 };
const pairs = "datum.n * datum.m";
const formula = "Mathematical Foundations of Cross-Modal Attention, Memory Requirements";
export default defineExperiment({
  name: "memory",
  title: "What attention remembers",
  question: "How much scratch memory does each variant take beyond inputs and output, and does it grow with n·m?",
  axes: {
    n: pow2(6, 11),
    m: pow2(6, 11),
    d: [16],
    variant: ["standard", "chunked", "linear", "sparse", "entmax", "favor-positive"],
    backend: ["plain"],
  },
  profiles: {
    quick: {},
    full: { axes: { n: pow2(4, 12), m: pow2(4, 12), d: [16, 64] } },
  },
  measures: [memory(), cost()],
  fits: {
    memoryTerms: {
      kind: "terms",
      column: "scratchBytes",
      by: ["variant", "d"],
      candidates: {
        n·m: [pairs, "datum.n", "datum.m"],
        "n + m": ["datum.n", "datum.m"],
        // Chunked attention holds a chunk of 128 keys, or all of them when there are fewer.
        chunk: ["min(datum.m, 128)"],
      },
    },
  },
  claims: [
    {
      kind: "terms",
      name: "standard-grows-with-pairs",
      statement: "Scratch memory of standard attention grows as n·m.",
      source: formula,
      fit: "memoryTerms",
      group: { variant: "standard" },
      present: [pairs],
    },
    {
      kind: "always",
      name: "four-bytes-a-weight",
      statement: "Standard attention keeps 4 bytes for each weight, and 16·(m + d) for the two rows at work.",
      where: "datum.variant == 'standard'",
      test: "datum.scratchBytes == 4 * datum.n * datum.m + 16 * (datum.m + datum.d)",
    },
    ...["chunked", "linear", "sparse", "entmax", "favor-positive"].map((variant) => ({
      kind: "terms",
      name: `${variant}-does-not`,
      statement: `Scratch memory of ${variant} attention does not grow as n·m.`,
      source: variant === "chunked" ? "Rabe and Staats 2021, section 3" : formula,
      fit: "memoryTerms",
      group: { variant },
      absent: [pairs],
    })),
    {
      kind: "bound",
      name: "chunked-and-linear-stay-small",
      statement: "Chunked and linear attention take less than 64 KiB at d = 16, whatever n and m.",
      where: "(datum.variant == 'chunked' || datum.variant == 'linear') && datum.d == 16",
      column: "scratchBytes",
      atMost: 65535,
    },
    {
      kind: "always",
      name: "model-is-exact",
      statement: "The cost model tells the scratch memory to the byte.",
      test: "datum.scratchBytes == datum.extraBytes",
    },
  ],
  charts: [
    {
      name: "memory",
      title: "Scratch memory of one attention",
      description:
        "Beyond inputs and output, over n·m with n = m and d = 16: only standard attention grows with pairs.",
      mark: "line",
      filter: "datum.n == datum.m && datum.d == 16",
      encoding: {
        x: { field: "pairs", scale: log2, title: "pairs n·m" },
        y: { field: "scratchBytes", scale: log10, title: "scratch memory" },
        color: { field: "variant" },
      },
    },
    {
      name: "memory-over-queries",
      title: "Scratch memory over the number of queries",
      description: "One panel for each number of keys m, d = 16: a flat line is memory that does not grow with n.",
      mark: "line",
      filter: "(datum.m == 64 || datum.m == 512 || datum.m == 2048) && datum.d == 16",
      encoding: {
        x: { field: "n", scale: log2, title: "queries n" },
        y: { field: "scratchBytes", scale: log10, title: "scratch memory" },
        color: { field: "variant" },
        column: { field: "m" },
      },
    },
  ],
});
