import { UnsupportedError } from "../errors/errors.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import type { ProblemSizes } from "../problem/sizes.ts";
import { decodeInto } from "../tensor/convert.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ScratchArena } from "./arena.ts";

/** What the kernels read, all float32 and row-major; past keys and values stand in front of the new ones. */
export interface KernelInputs {
  readonly sizes: ProblemSizes;
  /** [b, h, n, d] */
  readonly query: Float32Array;
  /** [b, g, m, d] */
  readonly key: Float32Array;
  /** [b, g, m, e] */
  readonly value: Float32Array;
  /** [h], −∞ where there is none. */
  readonly sinks: Float32Array;
  readonly scale: number;
}

/** Float32 inputs without a past are read where they lie; all else is laid out in scratch memory first. */
export function kernelInputs(problem: AttentionProblem, sizes: ProblemSizes, arena: ScratchArena): KernelInputs {
  const { past, sinks } = problem;
  return {
    sizes,
    query: asFloat32("query", problem.query, arena),
    key: appended("key", past?.key, problem.key, arena),
    value: appended("value", past?.value, problem.value, arena),
    sinks: sinks ? asFloat32("sinks", sinks, arena) : new Float32Array(sizes.heads).fill(Number.NEGATIVE_INFINITY),
    scale: problem.scale ?? 1 / Math.sqrt(sizes.d),
  };
}

/**
 * The elements as float32, without a copy where they are so already.
 *
 * @throws UnsupportedError for float64, which these kernels would silently round
 */
export function asFloat32(name: string, source: Tensor, arena: ScratchArena): Float32Array {
  refuseFloat64(name, source);
  if (source.dtype === "float32") return source.data as Float32Array;
  return decodeInto(source, arena.float32(source.data.length), 0);
}

function appended(name: string, past: Tensor | undefined, recent: Tensor, arena: ScratchArena): Float32Array {
  if (!past) return asFloat32(name, recent, arena);
  const together = arena.float32(past.data.length + recent.data.length);
  arena.scope(() => {
    const earlier = asFloat32(`past.${name}`, past, arena);
    const later = asFloat32(name, recent, arena);
    const matrices = recent.shape[0]! * recent.shape[1]!;
    const earlierSize = past.shape[2]! * past.shape[3]!;
    const laterSize = recent.shape[2]! * recent.shape[3]!;
    for (let matrix = 0; matrix < matrices; matrix += 1) {
      const start = matrix * (earlierSize + laterSize);
      together.set(earlier.subarray(matrix * earlierSize, (matrix + 1) * earlierSize), start);
      together.set(later.subarray(matrix * laterSize, (matrix + 1) * laterSize), start + earlierSize);
    }
  });
  return together;
}

function refuseFloat64(name: string, { dtype }: Tensor): void {
  if (dtype === "float64") {
    throw new UnsupportedError(
      `${name}: the plain backend computes in float32, not float64; use the reference backend`,
    );
  }
}
