import {
  type AttentionProblem,
  type FeatureMap,
  favorProjection,
  inputScales,
  type Tensor,
  toFloat64,
} from "@xattn/core";
import { evaluateMask } from "@xattn/masking";

/**
 * How far roundings in proportion to every term can move the rows of results: the same sums with absolute values, in
 * float64 and O(n·m). A denominator near 0 shows as |terms| / |sum|.
 */
export interface RowSizes {
  /** One for each row of the tensor. */
  readonly output: Float64Array;
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
  readonly tangent: Float64Array;
}

interface Moving {
  readonly outputGradient: Tensor;
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Of a problem without a past. The tangents are those of the inputs. */
export function rowSizes(problem: AttentionProblem, map: FeatureMap, moving?: Moving): RowSizes {
  const [batch, heads, n, d] = problem.query.shape as [number, number, number, number];
  const [, keyHeads, m] = problem.key.shape as [number, number, number, number];
  const scales = inputScales(map, problem.scale, d);
  const projection = map.kind === "favor+" ? favorProjection(map, d) : [];
  const lift = (rows: readonly Float64Array[], scale: number) =>
    rows.map((row) =>
      lifted(
        map,
        projection,
        row.map((x) => scale * x),
        Math.abs(scale),
      ),
    );
  const query = lift(rowsOf(problem.query), scales.query);
  const key = lift(rowsOf(problem.key), scales.key);
  const values = rowsOf(problem.value);
  const of = (tensor: Tensor | undefined, like: Tensor) =>
    tensor ? rowsOf(tensor).map(norm) : new Array<number>(rowsOf(like).length).fill(0);
  const move = {
    query: of(moving?.query, problem.query),
    key: of(moving?.key, problem.key),
    value: of(moving?.value, problem.value),
    output: moving ? rowsOf(moving.outputGradient).map(norm) : new Array<number>(query.length).fill(0),
  };
  const sizes: RowSizes = {
    output: new Float64Array(query.length),
    query: new Float64Array(query.length),
    key: new Float64Array(key.length),
    value: new Float64Array(key.length),
    tangent: new Float64Array(query.length),
  };
  for (let row = 0; row < query.length; row += 1) {
    const [b, h, i] = [Math.floor(row / (heads * n)), Math.floor(row / n) % heads, row % n];
    const first = (b * keyHeads + Math.floor((h * keyHeads) / heads)) * m;
    const seen = Array.from({ length: m }, (_, j) => j).filter((j) =>
      evaluateMask(
        problem.mask ?? { kind: "all" },
        { batch: b, head: h, query: i, key: j },
        { batch, heads, queries: n, keys: m },
      ),
    );
    if (seen.length === 0) continue;
    const q = query[row]!;
    const largest = Math.max(...seen.map((j) => key[first + j]!.logScale));
    const pairs = seen.map((j) => {
      const k = key[first + j]!;
      const factor = Math.exp(k.logScale - largest);
      return { at: first + j, factor, ...products(q.features, k.features, factor) };
    });
    const z = Math.abs(pairs.reduce((a, { sum }) => a + sum, 0));
    const size = pairs.reduce((a, pair) => a + pair.size, 0);
    if (z === 0) continue;
    const exponent = seen.reduce((most, j) => Math.max(most, key[first + j]!.exponent), q.exponent);
    const condition = (Math.max(1, exponent / 8) * size) / z;
    const output = (condition * pairs.reduce((a, pair) => a + pair.size * norm(values[pair.at]!), 0)) / z;
    sizes.output[row] = output;
    if (!moving) continue;
    for (const { at, factor, size: pairSize } of pairs) {
      const k = key[at]!;
      const ofKernel = (factor * condition * move.output[row]! * (norm(values[at]!) + output)) / z;
      const along = products(q.features, k.slopes, 1).size;
      const across = products(k.features, q.slopes, 1).size;
      const ofScale = products(q.features, k.features, 1).size * k.scaleSlope;
      sizes.query[row]! += ofKernel * across;
      sizes.key[at]! += ofKernel * (along + ofScale);
      sizes.value[at]! += (condition * pairSize * move.output[row]!) / z;
      sizes.tangent[row]! +=
        (condition / z) *
        (factor * (across * move.query[row]! + (along + ofScale) * move.key[at]!) * (norm(values[at]!) + output) +
          pairSize * move.value[at]!);
    }
  }
  return sizes;
}

/** factor·Σ aᵣ·bᵣ, and the same with absolute values. */
function products(a: Float64Array, b: Float64Array, factor: number): { readonly sum: number; readonly size: number } {
  let [sum, size] = [0, 0];
  for (let r = 0; r < a.length; r += 1) {
    const product = factor * a[r]! * b[r]!;
    sum += product;
    size += Math.abs(product);
  }
  return { sum, size };
}

interface Lifted {
  readonly features: Float64Array;
  readonly logScale: number;
  /** How much each feature can move with x, and the logarithm of the scale. */
  readonly slopes: Float64Array;
  readonly scaleSlope: number;
  /** What exponentials and sines are taken of: it is rounded in proportion to its size. */
  readonly exponent: number;
}

function lifted(map: FeatureMap, projection: readonly Float64Array[], x: Float64Array, scale: number): Lifted {
  if (map.kind !== "favor+") {
    const below = map.kind === "relu" ? () => 0 : Math.exp;
    const features = x.map((one) => (one > 0 ? one + (map.kind === "relu" ? 0 : 1) : below(one)));
    return { features, logScale: 0, slopes: x.map((one) => (one > 0 ? 1 : below(one))), scaleSlope: 0, exponent: 0 };
  }
  const angles = projection.map((omega) => omega.reduce((sum, value, index) => sum + value * x[index]!, 0));
  const reach = projection.map((omega) => scale * norm(omega));
  const half = norm(x) ** 2 / 2;
  const scaleSlope = scale * norm(x);
  const exponent = half + angles.reduce((most, angle) => Math.max(most, Math.abs(angle)), 0);
  if (map.form === "trigonometric") {
    const features = Float64Array.from([...angles.map(Math.sin), ...angles.map(Math.cos)]);
    return { features, logScale: half, slopes: Float64Array.from([...reach, ...reach]), scaleSlope, exponent };
  }
  const both = map.form === "hyperbolic";
  const exponents = both ? [...angles, ...angles.map((angle) => -angle)] : angles;
  const largest = Math.max(...exponents);
  const features = Float64Array.from(exponents, (angle) => Math.exp(angle - largest));
  const slopes = features.map((feature, r) => feature * reach[r % reach.length]!);
  return { features, logScale: largest - half, slopes, scaleSlope, exponent };
}

export function rowsOf(tensor: Tensor): readonly Float64Array[] {
  const data = toFloat64(tensor);
  const width = tensor.shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, row) => data.subarray(row * width, (row + 1) * width));
}

export function norm(row: Float64Array): number {
  return Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
}

/** What float32 cannot hold beside 0 is not asked for. */
const smallest = 1e-30;

/** The largest ‖actual − expected‖ of a row, over what its terms let expect; NaN where only one side has that or ∞. */
export function worstRow(actual: ArrayLike<number>, expected: ArrayLike<number>, sizes: Float64Array): number {
  const width = expected.length / sizes.length;
  const ratios = Array.from(sizes, (size, row) => {
    let squares = 0;
    for (let c = row * width; c < (row + 1) * width; c += 1) squares += (actual[c]! - expected[c]!) ** 2;
    return squares === 0 ? 0 : Math.sqrt(squares) / Math.max(size, smallest);
  });
  return Math.max(0, ...ratios);
}
