import type { FeatureMap } from "../../../problem/variant.ts";
import { type Random, seededRandom } from "../../../random/random.ts";

type Favor = Extract<FeatureMap, { kind: "favor+" }>;

/**
 * The random vectors ω₁ … ω_m of FAVOR+ as rows of width `d`: each is standard normal, and the same seed gives the
 * same rows. Orthogonal ones are drawn in blocks of d that are orthogonal to each other, uniformly turned, with norms
 * of standard normal vectors, so that each row alone is still standard normal (Choromanski et al. 2021, section 2.4).
 */
export function projection({ features, orthogonal, seed }: Favor, d: number): readonly Float64Array[] {
  const random = seededRandom(seed);
  const rows: Float64Array[] = [];
  while (rows.length < features) {
    const size = Math.min(Math.max(d, 1), features - rows.length);
    rows.push(...(orthogonal ? orthogonalBlock(random, size, d) : gaussianRows(random, size, d)));
  }
  return rows;
}

function gaussianRows(random: Random, count: number, d: number): Float64Array[] {
  return Array.from({ length: count }, () => Float64Array.from({ length: d }, () => random.normal()));
}

/** At most d rows. */
function orthogonalBlock(random: Random, count: number, d: number): Float64Array[] {
  const norms = gaussianRows(random, count, d).map(norm);
  const basis: Float64Array[] = [];
  for (const row of gaussianRows(random, count, d)) {
    // Twice is enough: the second pass removes what rounding left in the first (Giraud, Langou, Rozložník 2005).
    for (let pass = 0; pass < 2; pass += 1) for (const unit of basis) removeComponent(row, unit);
    const length = norm(row);
    basis.push(row.map((value) => value / length));
  }
  return basis.map((unit, index) => unit.map((value) => value * norms[index]!));
}

function removeComponent(row: Float64Array, unit: Float64Array): void {
  const along = row.reduce((sum, value, index) => sum + value * unit[index]!, 0);
  for (let index = 0; index < row.length; index += 1) row[index]! -= along * unit[index]!;
}

function norm(row: Float64Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
}
