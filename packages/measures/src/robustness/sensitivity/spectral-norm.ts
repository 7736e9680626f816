import { ArgumentError, type Random } from "@xattn/core";

/** A linear map and its adjoint. */
export interface LinearMap {
  /** Length of the vectors that `apply` takes. */
  readonly width: number;
  apply(vector: Float64Array): Float64Array;
  adjoint(vector: Float64Array): Float64Array;
}

export interface SpectralNorm {
  /** The largest singular value, from below. */
  readonly norm: number;
  /** Its right singular vector, of length 1; zeros when the map is. */
  readonly direction: Float64Array;
  readonly iterations: number;
  /** ‖AᵀA·v − σ²v‖ / σ²: how far the direction is from an eigenvector. */
  readonly residual: number;
}

export interface PowerIterationOptions {
  /** Stops when the residual is at most this; 1e-7 when absent. σ is then off by about its square. */
  readonly tolerance?: number;
  /** 2000 when absent */
  readonly maxIterations?: number;
}

/** Vectors of a cycle: the more, the less a second singular value close to the first slows it down. */
const cycle = 12;
/** Of the small matrix of a cycle: 2⁴⁰ steps of power iteration, which part values that differ by 1e-10. */
const squarings = 40;

/** A vector with its images under A and AᵀA, which are linear combinations when it is one. */
interface Imaged {
  readonly vector: Float64Array;
  readonly image: Float64Array;
  readonly back: Float64Array;
}

/**
 * The largest singular value of a linear map from products with A and Aᵀ alone: power iteration on AᵀA from a random
 * start, in cycles of 12 steps, each of which ends with the best combination of its vectors and not with the last one
 * (Rayleigh and Ritz on a Krylov space, that is the restarted Lanczos method; Golub and Van Loan 2013, sections 8.2 and
 * 10.1). What it finds is never more than the norm.
 *
 * @throws ArgumentError when `maxIterations` is not a whole number above 0
 */
export function spectralNorm(
  map: LinearMap,
  random: Random,
  { tolerance = 1e-7, maxIterations = 2000 }: PowerIterationOptions = {},
): SpectralNorm {
  if (!Number.isInteger(maxIterations) || maxIterations < 1) {
    throw new ArgumentError(`maxIterations: ${maxIterations} is not a whole number above 0`);
  }
  const imaged = (vector: Float64Array): Imaged => {
    const image = map.apply(vector);
    return { vector, image, back: map.adjoint(image) };
  };
  let best = imaged(unit(Float64Array.from({ length: map.width }, () => random.normal())));
  for (let iterations = 1; ; ) {
    const square = dot(best.image, best.image);
    if (square === 0) return { norm: 0, direction: new Float64Array(map.width), iterations, residual: 0 };
    const residual = length(best.back.map((value, index) => value - square * best.vector[index]!)) / square;
    if (residual <= tolerance || iterations >= maxIterations) {
      return { norm: Math.sqrt(square), direction: best.vector, iterations, residual };
    }
    const basis = [best];
    while (basis.length < cycle && iterations < maxIterations) {
      const next = orthogonalTo(basis, basis.at(-1)!.back);
      const size = length(next);
      if (size <= 1e-12 * square) break;
      basis.push(imaged(next.map((value) => value / size)));
      iterations += 1;
    }
    if (basis.length === 1) iterations = maxIterations;
    else best = bestOf(basis);
  }
}

/** The vector less its components along the basis; twice, since once leaves what rounding lost. */
function orthogonalTo(basis: readonly Imaged[], vector: Float64Array): Float64Array {
  const rest = vector.slice();
  for (let pass = 0; pass < 2; pass += 1) {
    for (const { vector: unit } of basis) {
      const along = dot(unit, rest);
      for (let index = 0; index < rest.length; index += 1) rest[index]! -= along * unit[index]!;
    }
  }
  return rest;
}

/** The combination of an orthonormal basis with the longest image. */
function bestOf(basis: readonly Imaged[]): Imaged {
  const shares = leadingEigenvector(basis.map(({ image }) => basis.map((other) => dot(image, other.image))));
  const combined = (part: keyof Imaged) => {
    const sum = new Float64Array(basis[0]![part].length);
    basis.forEach((one, which) => {
      for (let index = 0; index < sum.length; index += 1) sum[index]! += shares[which]! * one[part][index]!;
    });
    return sum;
  };
  return { vector: combined("vector"), image: combined("image"), back: combined("back") };
}

/** Of a small positive semidefinite matrix, by squaring it until only the leading eigenvector is left. */
function leadingEigenvector(matrix: readonly (readonly number[])[]): Float64Array {
  let power = matrix;
  for (let round = 0; round < squarings; round += 1) {
    const trace = power.reduce((sum, row, index) => sum + row[index]!, 0);
    power = power.map((row) =>
      power.map((other) => row.reduce((sum, value, k) => sum + value * other[k]!, 0) / trace ** 2),
    );
  }
  // Every row is a multiple of it; the one with the largest diagonal is the longest.
  const rows = power.map((row, index) => ({ row, size: row[index]! }));
  return unit(Float64Array.from(rows.reduce((left, right) => (right.size > left.size ? right : left)).row));
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += left[index]! * right[index]!;
  return sum;
}

function length(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

function unit(vector: Float64Array): Float64Array {
  const size = length(vector);
  return size === 0 ? vector : vector.map((value) => value / size);
}
