import type { DType, ProblemSizes, Variant, Workload } from "@xattn/core";
import { workloads } from "@xattn/core";
import { causal, type Mask, window } from "@xattn/masking";
import type { Parameters } from "../contract/measure.ts";
import type { BackendChoice, MeasuredBackendName } from "./backends.ts";
import type { MaskName, VariantName } from "./parameters.ts";

/** The backend that a cell asks for. */
export function backendOf(cell: Parameters): BackendChoice {
  return {
    backend: cell.backend as MeasuredBackendName,
    threads: cell.threads as number | undefined,
  };
}

/** A cell's parameters, read as an attention. */
export interface AttentionCell {
  readonly sizes: ProblemSizes;
  readonly variant: Variant;
  readonly mask: Mask | undefined;
  readonly dtype: Exclude<DType, "float64">;
  /** Factor on the queries. */
  readonly scale: number;
}

/** Keys that sparse attention keeps when the cell does not say. */
const defaultKept = 32;
/** Random projections of FAVOR+ when the cell does not say. */
const defaultFeatures = 64;
/** Keys on each side of the diagonal that the mask "window" allows. */
const windowReach = 16;
/** 2 GiB of float32 in one array: more is refused before it is allocated. */
const largestArray = 2 ** 29;

/** What does not fit together in a cell, if anything: sizes missing, both forms given, arrays too large. */
export function checkCell(cell: Parameters): string | undefined {
  if (cell.workload !== undefined) {
    const extra = ["n", "m", "d", "heads", "mask"].filter((axis) => cell[axis] !== undefined);
    return extra.length > 0 ? `a workload brings its own ${extra.join(", ")}; leave one of the two out` : undefined;
  }
  const missing = ["n", "m", "d"].filter((axis) => cell[axis] === undefined);
  if (missing.length > 0) return `it needs ${missing.join(", ")}, or a workload in place of n, m and d`;
  const { heads, n, m, d } = sizesOf(cell);
  const inputs = heads * Math.max(n, m) * d;
  if (inputs > largestArray) return `an input would hold ${inputs} elements, and at most ${largestArray} are allowed`;
  if (cell.variant === "standard" && n * m > largestArray) {
    return `standard attention would keep ${n * m} weights, and at most ${largestArray} are allowed; use chunked`;
  }
  return undefined;
}

export function readCell(cell: Parameters): AttentionCell {
  const sizes = sizesOf(cell);
  return {
    sizes,
    variant: variantOf(cell, sizes),
    mask: workloadOf(cell)?.mask ?? maskOf((cell.mask ?? "none") as MaskName),
    dtype: (cell.dtype ?? "float32") as AttentionCell["dtype"],
    scale: (cell.scale ?? 1) as number,
  };
}

function workloadOf(cell: Parameters): Workload | undefined {
  return workloads.find(({ name }) => name === cell.workload);
}

function sizesOf(cell: Parameters): ProblemSizes {
  const workload = workloadOf(cell);
  if (workload) {
    const { n, m, d, e, heads, keyHeads } = workload;
    return { batch: 1, heads, keyHeads, n, m, d, e };
  }
  const [n, m, d, heads] = [cell.n, cell.m, cell.d, cell.heads ?? 1] as [number, number, number, number];
  return { batch: 1, heads, keyHeads: heads, n, m, d, e: d };
}

function variantOf(cell: Parameters, { m }: ProblemSizes): Variant {
  const name = cell.variant as VariantName;
  switch (name) {
    case "standard":
    case "chunked":
    case "entmax":
      return { kind: name };
    case "linear":
      return { kind: "linear", featureMap: { kind: "elu+1" } };
    case "sparse":
      return { kind: "topK", k: Math.min((cell.k ?? defaultKept) as number, m) };
    case "favor-positive":
    case "favor-trigonometric":
      return {
        kind: "linear",
        featureMap: {
          kind: "favor+",
          features: (cell.features ?? defaultFeatures) as number,
          form: name === "favor-positive" ? "positive" : "trigonometric",
          orthogonal: true,
          seed: (cell.seed ?? 1) as number,
        },
      };
  }
}

function maskOf(name: MaskName): Mask | undefined {
  switch (name) {
    case "none":
      return undefined;
    case "causal":
      return causal();
    case "causal-bottom-right":
      return causal("bottom-right");
    case "window":
      return window(windowReach, windowReach);
  }
}
