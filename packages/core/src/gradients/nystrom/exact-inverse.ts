import { exactPseudoInverse } from "../../linear/nystrom/pseudo-inverse.ts";
import { type Matrix, scaled, subtractedFromIdentity, sum, times, transposed, zeroMatrix } from "../matrix.ts";
import type { InverseDerivative } from "./inverse-derivative.ts";

/**
 * The Moore-Penrose inverse Z = A⁺ and its derivative while the rank stays as it is (Golub and Pereyra 1973, theorem
 * 4.3); where the rank changes, A⁺ jumps.
 *
 *     dZ = −Z·dA·Z + Z·Zᵀ·dAᵀ·(I − A·Z) + (I − Z·A)·dAᵀ·Zᵀ·Z
 */
export function exactInverse(a: Matrix): InverseDerivative {
  const z = inverseOf(a);
  const zt = transposed(z);
  const outsideColumns = subtractedFromIdentity(1, times(a, z));
  const outsideRows = subtractedFromIdentity(1, times(z, a));
  const [zzt, ztz] = [times(z, zt), times(zt, z)];
  return {
    inverse: z,
    push(da) {
      const dat = transposed(da);
      return sum(
        scaled(-1, times(times(z, da), z)),
        times(times(zzt, dat), outsideColumns),
        times(times(outsideRows, dat), ztz),
      );
    },
    pull(dz) {
      const dzt = transposed(dz);
      return sum(
        scaled(-1, times(times(zt, dz), zt)),
        times(times(outsideColumns, dzt), zzt),
        times(times(ztz, dzt), outsideRows),
      );
    },
  };
}

function inverseOf(a: Matrix): Matrix {
  const size = a.rows;
  const result = zeroMatrix(size, size);
  const square = () => new Float64Array(size * size);
  exactPseudoInverse(a.data, size, result.data, { first: square(), second: square(), third: square() });
  return result;
}
