/**
 * target[row, column] = scale · query row · key column, for `rows` queries from `queryStart` and `width` keys from
 * `keyStart` (element offsets). Two queries meet four keys at a time; sums are float64.
 */
export function fillProducts(
  query: Float32Array,
  queryStart: number,
  rows: number,
  key: Float32Array,
  keyStart: number,
  width: number,
  d: number,
  scale: number,
  target: Float64Array,
  stride: number,
): void {
  const pairedRows = rows - (rows % 2);
  const blockedWidth = width - (width % 4);
  for (let row = 0; row < pairedRows; row += 2) {
    const q0 = queryStart + row * d;
    const q1 = q0 + d;
    const t0 = row * stride;
    const t1 = t0 + stride;
    for (let column = 0; column < blockedWidth; column += 4) {
      const k0 = keyStart + column * d;
      const k1 = k0 + d;
      const k2 = k1 + d;
      const k3 = k2 + d;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let c = 0; c < d; c += 1) {
        const a = query[q0 + c]!;
        const b = query[q1 + c]!;
        const x0 = key[k0 + c]!;
        const x1 = key[k1 + c]!;
        const x2 = key[k2 + c]!;
        const x3 = key[k3 + c]!;
        s00 += a * x0;
        s01 += a * x1;
        s02 += a * x2;
        s03 += a * x3;
        s10 += b * x0;
        s11 += b * x1;
        s12 += b * x2;
        s13 += b * x3;
      }
      target[t0 + column] = scale * s00;
      target[t0 + column + 1] = scale * s01;
      target[t0 + column + 2] = scale * s02;
      target[t0 + column + 3] = scale * s03;
      target[t1 + column] = scale * s10;
      target[t1 + column + 1] = scale * s11;
      target[t1 + column + 2] = scale * s12;
      target[t1 + column + 3] = scale * s13;
    }
    for (let column = blockedWidth; column < width; column += 1) {
      target[t0 + column] = scale * dotAt(query, q0, key, keyStart + column * d, d);
      target[t1 + column] = scale * dotAt(query, q1, key, keyStart + column * d, d);
    }
  }
  if (pairedRows < rows) {
    for (let column = 0; column < width; column += 1) {
      target[pairedRows * stride + column] =
        scale * dotAt(query, queryStart + pairedRows * d, key, keyStart + column * d, d);
    }
  }
}

function dotAt(left: Float32Array, leftStart: number, right: Float32Array, rightStart: number, length: number): number {
  const blocked = length - (length % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let c = 0; c < blocked; c += 4) {
    const l = leftStart + c;
    const r = rightStart + c;
    s0 += left[l]! * right[r]!;
    s1 += left[l + 1]! * right[r + 1]!;
    s2 += left[l + 2]! * right[r + 2]!;
    s3 += left[l + 3]! * right[r + 3]!;
  }
  for (let c = blocked; c < length; c += 1) s0 += left[leftStart + c]! * right[rightStart + c]!;
  return s0 + s1 + (s2 + s3);
}
