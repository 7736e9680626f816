/** Rows cut into heads, each head brought to one length. */
export interface UnitHeads {
  /** [rows, heads·d] */
  readonly output: Float64Array;
  /** The gradient by x [rows, heads·d]; that by t is added to `ofTemperature` [heads]. */
  pull(gradient: Float64Array, ofTemperature: Float64Array): Float64Array;
}

/** Keeps a row of zeros from dividing by 0; far below the square of any length that occurs. */
const tiny = 1e-12;

/**
 * y = exp(t_h/2)·x / √(|x|² + 10⁻¹²) for each head h of each row: the product of two such rows is exp(t_h) times their
 * cosine.
 *
 * @param x [rows, heads·d]
 * @param d width of a head
 * @param temperature t [heads]
 */
export function unitHeads(x: Float64Array, d: number, temperature: Float64Array): UnitHeads {
  const heads = temperature.length;
  const pieces = x.length / d;
  const output = new Float64Array(x.length);
  const factors = new Float64Array(pieces);
  for (let piece = 0; piece < pieces; piece += 1) {
    const start = piece * d;
    let square = tiny;
    for (let column = start; column < start + d; column += 1) square += x[column]! * x[column]!;
    const factor = Math.exp(temperature[piece % heads]! / 2) / Math.sqrt(square);
    factors[piece] = factor;
    for (let column = start; column < start + d; column += 1) output[column] = factor * x[column]!;
  }
  return {
    output,
    pull(gradient, ofTemperature) {
      const ofInput = new Float64Array(x.length);
      for (let piece = 0; piece < pieces; piece += 1) {
        const start = piece * d;
        const factor = factors[piece]!;
        let along = 0;
        for (let column = start; column < start + d; column += 1) along += gradient[column]! * output[column]!;
        ofTemperature[piece % heads]! += along / 2;
        // |y|² = exp(t), up to `tiny`: y·(y·dy)/exp(t) is what of dy points along y, which changes no direction.
        const share = along / Math.exp(temperature[piece % heads]!);
        for (let column = start; column < start + d; column += 1) {
          ofInput[column] = factor * (gradient[column]! - share * output[column]!);
        }
      }
      return ofInput;
    },
  };
}
