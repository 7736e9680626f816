import { solveCholesky } from "./cholesky.ts";

/**
 * minimize ‖A x − b‖² subject to x >= 0, by the active-set method. A column that explains nothing beyond the others, to
 * 1e-11 of ‖b‖, gets exactly 0. Dependent columns are allowed: the first that fits best is used.
 * Source: Lawson and Hanson, "Solving least squares problems", 1974, chapter 23.
 *
 * @param columns the columns of A, each as long as `target`
 */
export function nonNegativeLeastSquares(columns: readonly Float64Array[], target: Float64Array): Float64Array {
  const norms = columns.map((column) => Math.sqrt(dot(column, column)));
  const unit = columns.map((column, j) => column.map((value) => (norms[j]! > 0 ? value / norms[j]! : 0)));
  const targetNorm = Math.sqrt(dot(target, target));
  const solution = new Float64Array(columns.length);
  const rejected = new Set<number>();
  let passive: number[] = [];

  for (let entry = 0; entry < 6 * columns.length; entry++) {
    const residual = residualOf(unit, target, solution);
    let entering = -1;
    let steepest = 1e-13 * targetNorm;
    unit.forEach((column, j) => {
      const slope = passive.includes(j) || rejected.has(j) ? 0 : dot(column, residual);
      if (slope > steepest) {
        steepest = slope;
        entering = j;
      }
    });
    if (entering < 0) break;
    passive.push(entering);
    let candidate = leastSquares(unit, target, passive);
    // Rounding can promise a descent that the solve denies; such a column would enter and leave forever.
    if (!candidate || candidate[passive.length - 1]! <= 0) {
      passive.pop();
      rejected.add(entering);
      continue;
    }
    rejected.clear();
    while (candidate?.some((value) => value <= 0)) {
      moveTowards(solution, candidate, passive);
      passive = passive.filter((j) => solution[j]! > 0);
      candidate = leastSquares(unit, target, passive);
    }
    if (candidate) assign(solution, passive, candidate);
  }

  const needed = passive.filter((j) => solution[j]! > 1e-11 * targetNorm);
  if (needed.length < passive.length) {
    const trimmed = leastSquares(unit, target, needed);
    if (trimmed) assign(solution, needed, trimmed);
  }
  return solution.map((value, j) => (norms[j]! > 0 ? value / norms[j]! : 0));
}

/** The longest step from `solution` to `candidate` that keeps every entry >= 0; entries that reach 0 become it. */
function moveTowards(solution: Float64Array, candidate: Float64Array, passive: readonly number[]): void {
  let fraction = 1;
  let blocking = -1;
  passive.forEach((j, index) => {
    if (candidate[index]! > 0) return;
    const reach = solution[j]! / (solution[j]! - candidate[index]!);
    if (reach < fraction || blocking < 0) {
      fraction = reach;
      blocking = j;
    }
  });
  passive.forEach((j, index) => {
    solution[j] = Math.max(0, solution[j]! + fraction * (candidate[index]! - solution[j]!));
  });
  solution[blocking] = 0;
}

function assign(solution: Float64Array, passive: readonly number[], values: Float64Array): void {
  solution.fill(0);
  passive.forEach((j, index) => {
    solution[j] = values[index]!;
  });
}

/** Normal equations of the chosen unit columns with two steps of iterative refinement. */
function leastSquares(
  unit: readonly Float64Array[],
  target: Float64Array,
  chosen: readonly number[],
): Float64Array | undefined {
  const size = chosen.length;
  const gram = Float64Array.from({ length: size * size }, (_, index) =>
    dot(unit[chosen[Math.floor(index / size)]!]!, unit[chosen[index % size]!]!),
  );
  const solution = new Float64Array(unit.length);
  for (let refinement = 0; refinement < 3; refinement++) {
    const residual = residualOf(unit, target, solution);
    const step = Float64Array.from(chosen, (j) => dot(unit[j]!, residual));
    if (!solveCholesky(gram.slice(), step, size)) return undefined;
    chosen.forEach((j, index) => {
      solution[j] = solution[j]! + step[index]!;
    });
  }
  return Float64Array.from(chosen, (j) => solution[j]!);
}

function residualOf(unit: readonly Float64Array[], target: Float64Array, solution: Float64Array): Float64Array {
  const residual = target.slice();
  unit.forEach((column, j) => {
    const weight = solution[j]!;
    if (weight !== 0) for (let i = 0; i < residual.length; i++) residual[i] = residual[i]! - weight * column[i]!;
  });
  return residual;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
