import { workingMemory } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";

const log2 = { type: "log", base: 2 } as const;
const log10 = { type: "log", base: 10 } as const;
const rabe = "Rabe and Staats 2021, Self-attention Does Not Need O(n²) Memory";
const dao = "Dao et al. 2022, FlashAttention, theorem 1";

export default defineExperiment({
  name: "memory-scaling",
  title: "Attention without n² memory",
  question:
    "Here the high-water mark of scratch memory of forward passes, one head, float32: chunks on the plain backend, tiles on the cpu backend with one thread. The papers count device memory of a TPU and a GPU, with chunks of queries too. Does attention over n tokens need O(√n) memory beyond inputs and output with √n chunks (Rabe and Staats 2021), and O(n) with fused tiles (Dao et al. 2022), where all weights are O(n²)?",
  axes: {
    method: ["standard", "fixed chunk", "√n chunk", "fused"],
    // Squares, so that ⌈√n⌉ is √n.
    n: [144, 256, 400, 576, 784, 1024, 1600, 2304, 3136, 4096],
    d: [16],
  },
  include: [{ method: ["fused", "√n chunk"], n: [16_384], d: [8] }],
  profiles: {
    quick: {},
    full: {
      axes: { n: [144, 256, 400, 576, 784, 1024, 1600, 2304, 3136, 4096, 6400, 9216], d: [16, 64] },
      include: [{ method: ["fused", "√n chunk"], n: [16_384], d: [64] }],
    },
  },
  measures: [workingMemory()],
  fits: {
    growth: {
      kind: "powerLaw",
      column: "workingBytes",
      factors: ["n"],
      by: ["method", "d"],
      // Up to 256 keys fit into one tile, which then is as long as they are many.
      where: "datum.method != 'fixed chunk' && datum.n < 16384 && (datum.method != 'fused' || datum.n > 256)",
    },
    terms: {
      kind: "terms",
      column: "workingBytes",
      by: ["method", "d"],
      candidates: {
        "√n": ["sqrt(datum.n)"],
        n: ["datum.n"],
        "n²": ["datum.n * datum.n", "datum.n"],
      },
      where: "datum.n < 16384",
    },
  },
  claims: [
    {
      kind: "exponents",
      name: "all-weights-slope-two",
      statement: "Standard attention takes memory as n², slope 2 within 0.01.",
      source: rabe,
      fit: "growth",
      group: { method: "standard" },
      expect: { n: 2 },
      within: 0.01,
    },
    {
      kind: "exponents",
      name: "root-chunks-slope-one-half",
      statement: "With chunks of √n keys memory grows as √n beyond a constant, slope ½ within 0.05.",
      source: `${rabe}, section 4: O(√n)`,
      fit: "growth",
      group: { method: "√n chunk" },
      expect: { n: 0.5 },
      within: 0.05,
    },
    {
      kind: "terms",
      name: "fixed-chunks-constant",
      statement: "With chunks of 128 keys memory does not grow with n at all.",
      source: `${rabe}, section 2: O(1) a query`,
      fit: "terms",
      group: { method: "fixed chunk" },
      absent: ["sqrt(datum.n)", "datum.n", "datum.n * datum.n"],
    },
    {
      kind: "exponents",
      name: "fused-slope-one",
      statement: "From n = 400 on the fused kernels take memory as n beyond a constant, slope 1 within 0.05.",
      source: `${dao}: O(n) beyond inputs and output`,
      fit: "growth",
      group: { method: "fused" },
      expect: { n: 1 },
      within: 0.05,
    },
    {
      kind: "terms",
      name: "fused-no-square",
      statement: "The memory of the fused kernels has no n² term.",
      source: dao,
      fit: "terms",
      group: { method: "fused" },
      absent: ["datum.n * datum.n"],
    },
    {
      kind: "bound",
      name: "reduced-59-fold",
      statement: "At n = 16,384 memory is reduced at least 59-fold, chunked and fused.",
      source: `${rabe}, abstract: 59× for inference`,
      where: "datum.n == 16384",
      column: "reduction",
      atLeast: 59,
    },
  ],
  charts: [
    {
      name: "memory",
      title: "Memory beyond inputs and output: n², n, √n and constant",
      description: "High-water mark of scratch memory over n = m, d = 16.",
      mark: "line",
      filter: "datum.d == 16 && datum.n < 16384",
      encoding: {
        x: { field: "n", scale: log2, title: "tokens n" },
        y: { field: "workingBytes", scale: log10, title: "working memory" },
        color: { field: "method" },
      },
    },
    {
      name: "reduction",
      title: "Less memory than all weights take, by more than the published 59",
      description: "Memory of standard attention over that of each method; the line is Rabe and Staats at n = 16,384.",
      mark: "line",
      filter: "datum.method != 'standard'",
      references: [{ channel: "y", value: 59, label: "Rabe and Staats 2021, at 16,384" }],
      encoding: {
        x: { field: "n", scale: log2, title: "tokens n" },
        y: { field: "reduction", scale: log10, title: "times less memory" },
        color: { field: "method" },
      },
    },
  ],
});
