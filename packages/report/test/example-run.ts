import type { ChartSpec, ClaimResult, Estimate, FitResult, Row, RunData, TableColumn } from "@xattn/runner";

const VARIANTS = ["standard", "chunked", "linear", "sparse"] as const;

const column = (
  name: string,
  role: TableColumn["role"],
  kind: TableColumn["kind"],
  unit: string,
  description: string,
) => ({
  name,
  role,
  kind,
  unit,
  description,
});

export const columns: readonly TableColumn[] = [
  column("n", "axis", "deterministic", "1", "queries"),
  column("m", "axis", "deterministic", "1", "keys"),
  column("d", "axis", "deterministic", "1", "head dimension"),
  column("variant", "axis", "deterministic", "1", "variant of attention"),
  column("backend", "axis", "deterministic", "1", "backend"),
  column("time", "measure", "sampled", "ms", "median time of a call"),
  column("timeLow", "measure", "sampled", "ms", "lower end of the 95 % interval"),
  column("timeHigh", "measure", "sampled", "ms", "upper end of the 95 % interval"),
  column("samples", "measure", "descriptive", "1", "number of samples"),
  column("multiplyAdds", "measure", "deterministic", "multiply-adds", "multiply-adds of a call"),
  column("bytes", "measure", "deterministic", "bytes", "extra memory"),
  column("error", "measure", "deterministic", "1", "largest relative error"),
  column("timeStatus", "status", "descriptive", "1", "how the time was obtained"),
];

/** A generator with a fixed seed (mulberry32), so that the example has noise but is always the same. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function work(variant: string, n: number, m: number, d: number): number {
  if (variant === "linear") return 2 * (n + m) * d * d;
  return 2 * n * m * d * (variant === "sparse" ? 0.25 : 1);
}

export function exampleRows(
  ns: readonly number[] = [32, 64, 128, 256, 512, 1024, 2048, 4096],
  ms: readonly number[] = [64, 256, 1024],
  ds: readonly number[] = [32, 64, 128],
): readonly Row[] {
  const random = noise(7);
  const rows: Row[] = [];
  for (const d of ds) {
    for (const m of ms) {
      for (const n of ns) {
        for (const variant of VARIANTS) {
          const multiplyAdds = work(variant, n, m, d);
          const time =
            (0.002 + multiplyAdds / 4e7) * (1 + 0.05 * (random() - 0.5)) * (variant === "chunked" ? 1.15 : 1);
          const failed = variant === "sparse" && n === 64 && m === 64;
          rows.push({
            n,
            m,
            d,
            variant,
            backend: "cpu",
            time: failed ? null : time,
            timeLow: failed ? null : time * 0.97,
            timeHigh: failed ? null : time * 1.04,
            samples: failed ? null : 40,
            multiplyAdds,
            bytes: variant === "standard" ? 4 * n * m : variant === "chunked" ? 4 * 64 * d : 4 * d * d,
            error: variant === "linear" ? 0.3 * (1 + random()) : 1e-7 * (1 + random()),
            timeStatus: failed ? "timeout" : "ok",
          });
        }
      }
    }
  }
  return rows;
}

const estimate = (value: number, width = 0.03): Estimate => ({
  estimate: value,
  low: value - width,
  high: value + width,
});

export const fits: readonly FitResult[] = [
  ...VARIANTS.map((variant): FitResult => {
    const linear = variant === "linear";
    return {
      kind: "powerLaw",
      name: "time",
      column: "time",
      unit: "ms",
      group: { variant },
      points: 72,
      exponents: {
        n: estimate(linear ? 0.52 : 1.01),
        m: estimate(linear ? 0.48 : 0.99),
        d: estimate(linear ? 1.98 : 1.0),
      },
      coefficient: estimate(linear ? 1e-7 : variant === "sparse" ? 1.25e-8 : 5e-8, 1e-9),
      intercept: estimate(0.002, 0.0004),
      relativeError: 0.021,
    };
  }),
  {
    kind: "powerLaw",
    name: "time",
    column: "time",
    unit: "ms",
    group: { variant: "entmax" },
    points: 2,
    exponents: {},
    coefficient: estimate(0),
    intercept: estimate(0),
    relativeError: 0,
    problem: "two points cannot determine four parameters",
  },
  {
    kind: "terms",
    name: "model",
    column: "time",
    unit: "ms",
    group: { variant: "standard" },
    points: 72,
    candidates: [
      {
        name: "product",
        coefficients: { "1": estimate(0.002, 0.0002), "n*m*d": estimate(5e-8, 1e-9) },
        aicc: -410.2,
        delta: 0,
        tied: true,
        relativeError: 0.02,
      },
      {
        name: "product and sum",
        coefficients: { "1": estimate(0.002, 0.0002), "n*m*d": estimate(5e-8, 1e-9), "n + m": estimate(1e-9, 4e-9) },
        aicc: -409.1,
        delta: 1.1,
        tied: true,
        relativeError: 0.02,
      },
      {
        name: "sum",
        coefficients: { "1": estimate(0.1, 0.02), "n + m": estimate(1e-3, 2e-4) },
        aicc: -20.5,
        delta: 389.7,
        tied: false,
        relativeError: 2.4,
      },
    ],
  },
];

export const claims: readonly ClaimResult[] = [
  {
    name: "quadratic",
    statement: "Exact attention costs time in proportion to n·m·d.",
    verdict: "holds",
    evidence: "The exponents of n, m and d are 1.01 [0.98, 1.04], 0.99 [0.96, 1.02] and 1 [0.97, 1.03].",
    source: "https://arxiv.org/abs/1706.03762",
  },
  {
    name: "linear-wins",
    statement: "Linear attention is faster at every size.",
    verdict: "refuted",
    evidence: "At n = 32, m = 64, d = 128 it takes 2.1 times as long.",
  },
  {
    name: "chunk-overhead",
    statement: "Chunks cost nothing.",
    verdict: "inconclusive",
    evidence: "The ratio is 1.02 [0.97, 1.08].",
  },
  { name: "gpu", statement: "A GPU is faster.", verdict: "untested", evidence: "No cell ran on a GPU." },
];

export const charts: readonly ChartSpec[] = [
  {
    name: "time-by-queries",
    title: "Time grows with the number of queries",
    description: "Each panel is a head dimension; steeper is worse. Both axes are logarithmic.",
    mark: "line",
    encoding: {
      x: { field: "n", title: "queries n", scale: { type: "log", base: 2 } },
      y: { field: "time", scale: { type: "log" } },
      color: { field: "variant" },
      facet: { field: "d" },
    },
    filter: "datum.m === 256",
    fit: "time",
  },
  {
    name: "time-at-64",
    title: "Time at head dimension 64",
    description: "1024 keys; the shaded line is one frame of a camera at 30 Hz.",
    mark: "line",
    encoding: {
      x: { field: "n", scale: { type: "log", base: 2 } },
      y: { field: "time", scale: { type: "log" } },
      color: { field: "variant" },
    },
    filter: "datum.d === 64 && datum.m === 1024",
    fit: "time",
    references: [{ channel: "y", value: 33.3, label: "one frame at 30 Hz" }],
  },
  {
    name: "time-bars",
    title: "Time of the largest problem",
    description: "n = 4096 queries and m = 1024 keys.",
    mark: "bar",
    encoding: { x: { field: "variant" }, y: { field: "time" }, color: { field: "d" } },
    filter: "datum.n === 4096 && datum.m === 1024",
  },
  {
    name: "time-heat",
    title: "Where the time goes",
    description: "Standard attention at d = 64.",
    mark: "rect",
    encoding: {
      x: { field: "n" },
      y: { field: "m" },
      color: { field: "time", scale: { type: "log" } },
      text: { field: "time" },
    },
    filter: "datum.variant === 'standard' && datum.d === 64",
  },
  {
    name: "error-against-time",
    title: "What accuracy costs",
    description: "Lower left is better.",
    mark: "point",
    encoding: {
      x: { field: "time", scale: { type: "log" } },
      y: { field: "error", scale: { type: "log" } },
      color: { field: "variant" },
    },
    references: [
      { channel: "y", value: 1e-3, label: "half precision" },
      { channel: "x", value: 1, label: "a millisecond" },
    ],
  },
  {
    name: "memory-grid",
    title: "Extra memory",
    description: "Rows are keys, columns head dimensions.",
    mark: "line",
    encoding: {
      x: { field: "n", scale: { type: "log", base: 2 } },
      y: { field: "bytes", scale: { type: "log" } },
      color: { field: "variant" },
      row: { field: "m" },
      column: { field: "d" },
    },
  },
  {
    name: "time-linear",
    title: "Time on linear axes",
    description: "Lines for each number of keys.",
    mark: "line",
    encoding: { x: { field: "n" }, y: { field: "time" }, color: { field: "m", type: "ordinal" } },
    filter: "datum.d === 64 && datum.variant === 'standard'",
  },
  {
    name: "error-histogram",
    title: "How errors are spread",
    description: "Cells by their largest relative error.",
    mark: "bar",
    encoding: { x: { field: "error", bin: { maxbins: 12 } }, y: { aggregate: "count" } },
    filter: "datum.variant === 'linear'",
  },
  {
    name: "nothing",
    title: "A chart without rows",
    description: "No cell has d = 7.",
    mark: "line",
    encoding: { x: { field: "n" }, y: { field: "time" } },
    filter: "datum.d === 7",
  },
];

export function exampleRun(rows: readonly Row[] = exampleRows(), changes: Partial<RunData> = {}): RunData {
  return {
    title: "What cross-modal attention costs",
    question: "What does exact cross-modal attention cost, and which variant costs less?",
    manifest: {
      schema: 1,
      experiment: "sweep-complexity",
      run: "2026-01-02-quick-1a2b3c",
      profile: "quick",
      overrides: { d: [32, 64, 128] },
      seed: 7,
      planHash: "a".repeat(64),
      specHash: "b".repeat(64),
      sourceHash: "c".repeat(64),
      points: 72,
      cells: 288,
      state: "complete",
      startedAt: "2026-01-02T03:04:05.000Z",
      endedAt: "2026-01-02T03:08:15.000Z",
      seconds: 250,
      starts: 1,
      command: "npx -y pnpm@10.34.8 exp run sweep-complexity d=32,64,128 --profile quick --seed 7",
      git: { commit: "0123456789abcdef0123456789abcdef01234567", dirty: false },
      lockfileHash: "d".repeat(64),
      environment: {
        fingerprint: "e".repeat(64),
        node: "24.21.0",
        v8: "13.6.233",
        flags: [],
        os: "Linux 6.1",
        architecture: "x64",
        cpu: "AMD EPYC",
        cores: 2,
        memoryBytes: 8 * 2 ** 30,
        timerResolutionNs: 40,
        notes: { kernel: "6×8 relaxed SIMD" },
      },
      load: { before: [0.1, 0.2, 0.3], after: [1.1, 0.9, 0.5] },
    },
    columns,
    rows,
    counts: { ok: 285, failed: 0, unsupported: 0, timeout: 3 },
    troubles: [
      {
        measure: "time",
        status: "timeout",
        parameters: { n: 64, m: 64, d: 32, variant: "sparse" },
        message: "no answer in 60 s",
      },
    ],
    fits,
    claims,
    charts,
    ...changes,
  };
}
