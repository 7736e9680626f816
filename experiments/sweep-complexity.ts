import { accuracy, agreement, cost, memory, time } from "@xattn/measures";
import { defineExperiment, pow2 } from "@xattn/runner/define";

const seed = "Mathematical Foundations of Cross-Modal Attention, Complexity Analysis";
const log2 = { type: "log", base: 2 } as const;
const log10 = { type: "log", base: 10 } as const;
/** Over n, a colour for each variant, a column for each m and a row for each d. */
const overQueries = {
  x: { field: "n", scale: log2, title: "queries n" },
  color: { field: "variant" },
  strokeDash: { field: "backend" },
  column: { field: "m" },
  row: { field: "d" },
} as const;

export default defineExperiment({
  name: "sweep-complexity",
  title: "What attention costs",
  question:
    "What does exact cross-modal attention cost in time, memory and multiply-adds, and which variant costs less?",
  axes: {
    n: pow2(5, 12),
    m: [64, 256, 1024],
    d: [32, 64, 128],
    variant: ["standard", "chunked", "linear", "sparse"],
    backend: ["plain"],
  },
  where: "datum.n * datum.m <= 4194304",
  include: [{ n: [100], m: [20], d: [32, 64] }],
  profiles: {
    quick: {
      axes: { n: pow2(6, 10), m: [64, 128, 512], d: [32, 64] },
      sampling: { budgetSeconds: 0.5, sampleMs: 10, minimumRounds: 9 },
    },
    full: { sampling: { budgetSeconds: 4, sampleMs: 10 } },
    // Both backends at sizes that a software adapter does in well under a second each: minutes in all.
    gpu: {
      axes: {
        n: pow2(5, 8),
        m: [32, 64, 128],
        d: [32],
        variant: ["standard", "chunked", "linear", "sparse"],
        backend: ["cpu", "webgpu"],
      },
      sampling: { budgetSeconds: 0.5, sampleMs: 10, minimumRounds: 5 },
    },
  },
  measures: [
    time({ baseline: { variant: "standard" }, interleave: ["n", "m"] }),
    memory(),
    cost(),
    accuracy(),
    agreement(),
  ],
  fits: {
    multiplyAdds: { kind: "powerLaw", column: "multiplyAdds", factors: ["n", "m", "d"], by: ["variant"] },
    // One fit for each d: all n and m at one d are sampled interleaved, so that drift does not bend the exponents.
    time: { kind: "powerLaw", column: "time", factors: ["n", "m"], by: ["variant", "backend", "d"] },
    costTerms: {
      kind: "terms",
      column: "multiplyAdds",
      by: ["variant"],
      candidates: {
        n·m: ["datum.n * datum.m * datum.d"],
        "n + m": [
          "datum.n * datum.d * datum.d",
          "datum.m * datum.d * datum.d",
          "datum.n * datum.d",
          "datum.m * datum.d",
        ],
        both: ["datum.n * datum.m * datum.d", "datum.n * datum.d * datum.d", "datum.m * datum.d * datum.d"],
      },
    },
    memoryTerms: {
      kind: "terms",
      column: "scratchBytes",
      by: ["variant", "backend"],
      candidates: {
        n·m: ["datum.n * datum.m", "datum.m", "datum.d"],
        // Chunked attention holds a chunk of 128 keys, or all of them when there are fewer.
        "no n·m": ["datum.d", "datum.d * datum.d", "datum.m", "min(datum.m, 128)"],
      },
    },
    timeTerms: {
      kind: "terms",
      column: "time",
      by: ["variant", "backend"],
      candidates: {
        n·m·d: ["datum.n * datum.m * datum.d", "datum.n * datum.m"],
        "(n + m)·d²": ["datum.n * datum.d * datum.d", "datum.m * datum.d * datum.d"],
      },
    },
  },
  claims: [
    {
      kind: "exponents",
      name: "standard-multiply-adds",
      statement: "Multiply-adds of standard attention grow as n¹·m¹·d¹.",
      source: seed,
      fit: "multiplyAdds",
      group: { variant: "standard" },
      expect: { n: 1, m: 1, d: 1 },
      within: 1e-9,
    },
    {
      kind: "exponents",
      name: "standard-time",
      statement: "Time of standard attention grows as n¹·m¹, each exponent within 0.15, at every d.",
      source: seed,
      fit: "time",
      group: { variant: "standard" },
      expect: { n: 1, m: 1 },
      within: 0.15,
    },
    {
      kind: "terms",
      name: "linear-cost",
      statement: "The cost of linear attention has no n·m term.",
      source: "Katharopoulos et al. 2020, section 3.2",
      fit: "costTerms",
      group: { variant: "linear" },
      absent: ["datum.n * datum.m * datum.d"],
    },
    {
      kind: "terms",
      name: "linear-time",
      statement: "The time of linear attention is told by (n + m)·d², without n·m.",
      source: "Katharopoulos et al. 2020, section 3.2",
      fit: "timeTerms",
      group: { variant: "linear" },
      absent: ["datum.n * datum.m * datum.d", "datum.n * datum.m"],
    },
    {
      kind: "terms",
      name: "standard-memory",
      statement: "Extra memory of standard attention grows as n·m.",
      source: seed.replace("Complexity Analysis", "Memory Requirements"),
      fit: "memoryTerms",
      group: { variant: "standard" },
      present: ["datum.n * datum.m"],
    },
    {
      kind: "terms",
      name: "chunked-memory",
      statement: "Extra memory of chunked attention does not grow as n·m.",
      source: "Rabe and Staats 2021, section 3",
      fit: "memoryTerms",
      group: { variant: "chunked" },
      absent: ["datum.n * datum.m"],
    },
    {
      kind: "always",
      name: "seed-200-d",
      statement: "With 100 regions and 20 words, QKᵀ takes 200·d multiply-adds.",
      source: seed,
      where: "datum.n == 100 && datum.m == 20 && datum.variant == 'standard'",
      test: "datum.logitMultiplyAdds == 200 * datum.d",
    },
    {
      kind: "always",
      name: "right-2000-d",
      statement: "With 100 regions and 20 words, QKᵀ takes 2000·d multiply-adds.",
      source: "n·m·d with n = 100 and m = 20",
      where: "datum.n == 100 && datum.m == 20 && datum.variant == 'standard'",
      test: "datum.logitMultiplyAdds == 2000 * datum.d",
    },
    {
      kind: "bound",
      name: "accurate",
      statement: "Every float32 kernel stays within 2·10⁻⁶ of its float64 reference.",
      column: "error",
      atMost: 2e-6,
    },
    {
      kind: "bound",
      name: "backends-agree",
      statement: "Outputs of the cpu and webgpu backends are within 4·10⁻⁶ of the plain backend's.",
      column: "difference",
      where: "datum.backend == 'cpu' || datum.backend == 'webgpu'",
      atMost: 4e-6,
    },
    {
      kind: "bound",
      name: "linear-faster-when-large",
      statement: "Linear attention takes less time than standard where n ≥ 512 and m ≥ 512.",
      column: "timeRatio",
      where: "datum.variant == 'linear' && datum.n >= 512 && datum.m >= 512",
      atMost: 1,
    },
  ],
  charts: [
    {
      name: "time",
      title: "Time of one attention",
      description: "Median with 95 % interval over the number of queries; a column for each m, a row for each d.",
      mark: "line",
      filter: "datum.n != 100",
      encoding: { ...overQueries, y: { field: "time", scale: log10, title: "time of one attention" } },
    },
    {
      name: "time-ratio",
      title: "Time relative to standard attention",
      description: "Below 1 a variant is faster than standard attention at the same point; ratios of paired rounds.",
      mark: "line",
      filter: "datum.n != 100 && datum.variant != 'standard'",
      references: [{ channel: "y", value: 1, label: "standard" }],
      encoding: { ...overQueries, y: { field: "timeRatio", scale: log2, title: "time ÷ time of standard" } },
    },
    {
      name: "memory",
      title: "Scratch memory of one attention",
      description: "Standard attention keeps n·m weights; the others need no memory that grows with both.",
      mark: "line",
      filter: "datum.n != 100",
      encoding: { ...overQueries, y: { field: "scratchBytes", scale: log10, title: "scratch memory" } },
    },
    {
      name: "multiply-adds-and-time",
      title: "Time against multiply-adds",
      description: "Points of one variant on a line of slope 1 spend their time on multiply-adds alone.",
      mark: "point",
      encoding: {
        x: { field: "multiplyAdds", scale: log10, title: "multiply-adds" },
        y: { field: "time", scale: log10, title: "time of one attention" },
        color: { field: "variant" },
      },
    },
    {
      name: "approximation-error",
      title: "How far each variant is from softmax attention",
      description: "Relative error of the output on unit-Gaussian inputs: standard and chunked are exact to rounding.",
      mark: "line",
      filter: "datum.n != 100",
      encoding: { ...overQueries, y: { field: "approximationError", scale: log10, title: "relative error" } },
    },
  ],
});
