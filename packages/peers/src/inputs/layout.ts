/** [heads, rows, width] to [rows, heads·width], the layout of operators that split heads themselves. */
export function toSequenceMajor(data: Float32Array, heads: number, rows: number, width: number): Float32Array {
  const moved = new Float32Array(data.length);
  for (let head = 0; head < heads; head += 1) {
    for (let row = 0; row < rows; row += 1) {
      const from = (head * rows + row) * width;
      moved.set(data.subarray(from, from + width), (row * heads + head) * width);
    }
  }
  return moved;
}

/** [rows, heads·width] to [heads, rows, width]. */
export function toHeadMajor(data: Float32Array, heads: number, rows: number, width: number): Float32Array {
  return toSequenceMajor(data, rows, heads, width);
}

/** [g, …] to [h, …]: every key-value head comes once for each query head that it serves. */
export function repeatHeads(data: Float32Array, keyHeads: number, heads: number): Float32Array {
  if (keyHeads === heads) return data;
  const size = data.length / keyHeads;
  const repeated = new Float32Array(size * heads);
  const group = heads / keyHeads;
  for (let head = 0; head < heads; head += 1) {
    const from = Math.floor(head / group) * size;
    repeated.set(data.subarray(from, from + size), head * size);
  }
  return repeated;
}
