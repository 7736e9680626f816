import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { jacobianRow, type PowerLawData, parameterCount, powerTerm } from "./model.ts";

/**
 * Leverages hᵢ = Jᵢ (JᵀJ)⁺ Jᵢᵀ of the relative residuals at a fit, in [0, 1]; they sum to the rank of J. Directions of
 * J below 1e-7 of the largest count as absent, so a fit on a bound or with a vanishing term stays defined.
 */
export function leverages(data: PowerLawData, parameters: Float64Array, free: readonly number[]): Float64Array {
  const row = new Float64Array(parameterCount(data));
  const jacobian = new Matrix(data.count, free.length);
  for (let i = 0; i < data.count; i++) {
    jacobianRow(data, parameters, i, powerTerm(data, parameters, i), row);
    for (let j = 0; j < free.length; j++) jacobian.set(i, j, row[free[j]!]!);
  }
  for (let j = 0; j < free.length; j++) {
    const norm = Math.hypot(...jacobian.getColumn(j));
    if (norm > 0) jacobian.mulColumn(j, 1 / norm);
  }
  const normal = jacobian.transpose().mmul(jacobian);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(normal, { assumeSymmetric: true });
  const rotated = jacobian.mmul(eigenvectorMatrix);
  const largest = Math.max(...realEigenvalues);
  return Float64Array.from({ length: data.count }, (_, i) => {
    let sum = 0;
    realEigenvalues.forEach((eigenvalue, j) => {
      if (eigenvalue > 1e-14 * largest) sum += rotated.get(i, j) ** 2 / eigenvalue;
    });
    return Math.min(sum, 1);
  });
}
