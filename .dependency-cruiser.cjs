/**
 * Imports go down only. A package may import those it lists here, and nothing else of the workspace.
 * ARCHITECTURE.md draws the same layers.
 */
const layers = {
  masking: [],
  stats: [],
  core: ["masking"],
  cpu: ["core", "masking"],
  gpu: ["core", "masking"],
  fusion: ["core", "masking"],
  data: ["core"],
  grounding: ["core", "data", "masking", "fusion"],
  measures: ["core", "cpu", "data", "gpu", "masking", "stats", "fusion", "grounding"],
  runner: ["stats", "core", "measures"],
  peers: ["core", "cpu", "gpu", "masking", "measures"],
  encoders: ["core", "measures"],
  distributed: ["runner", "measures"],
  report: ["runner"],
  cli: ["core", "cpu", "data", "distributed", "gpu", "measures", "runner", "report", "stats"],
};

const down = Object.entries(layers).map(([name, allowed]) => ({
  name: `${name}-imports-down`,
  severity: "error",
  comment: `${name} may import ${allowed.join(", ") || "no other package"}.`,
  from: { path: `^packages/${name}/src` },
  to: { path: "^packages/", pathNot: `^packages/(${[name, ...allowed].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...down,
    {
      name: "runner-knows-no-attention",
      severity: "error",
      comment: "The runner sees the seeded generator and the contract of a measure, and nothing of attention.",
      from: { path: "^packages/runner/src", pathNot: "\\.test\\.ts$" },
      to: { path: "^packages/(core|measures)/", pathNot: "^packages/(core/src/random/|measures/src/contract/)" },
    },
    {
      name: "experiments-use-packages",
      severity: "error",
      comment: "An experiment imports measures and the runner's definitions, by the names of the packages.",
      from: { path: "^experiments/" },
      to: {
        path: "^packages/",
        pathNot:
          "^packages/(core|measures|encoders|peers|runner|fusion|grounding)/src/(index|define|workloads/[^/]+)\\.ts$",
      },
    },
    {
      name: "pure-below-the-runner",
      severity: "error",
      comment: "No input, output, clock or process below the runner.",
      from: {
        path: "^packages/(masking|stats|core|cpu|fusion|grounding|measures)/src",
        // Threads are what the pool is for.
        pathNot: "(\\.test\\.ts|/conformance/|/test-support/.*\\.ts)$|conformance|^packages/cpu/src/pool/",
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-tests-in-code",
      severity: "error",
      from: { pathNot: "\\.test(-d)?\\.ts$" },
      to: { path: "\\.test\\.ts$" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^estree$" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|\\.vitest|node_modules/\\.cache)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
