/** [b, rows, d] → [b, rows + 1, d], the same row after those of every batch entry. */
export function appendRow(source: Float64Array, batch: number, rows: number, row: Float64Array): Float64Array {
  const width = row.length;
  const result = new Float64Array(batch * (rows + 1) * width);
  for (let entry = 0; entry < batch; entry += 1) {
    result.set(source.subarray(entry * rows * width, (entry + 1) * rows * width), entry * (rows + 1) * width);
    result.set(row, (entry * (rows + 1) + rows) * width);
  }
  return result;
}

/** [b, rows + 1, d] → [b, rows, d]; the last row of every batch entry is added to `last` [d]. */
export function dropLastRows(source: Float64Array, batch: number, rows: number, last: Float64Array): Float64Array {
  const width = last.length;
  const result = new Float64Array(batch * rows * width);
  for (let entry = 0; entry < batch; entry += 1) {
    const start = entry * (rows + 1) * width;
    result.set(source.subarray(start, start + rows * width), entry * rows * width);
    for (let column = 0; column < width; column += 1) last[column]! += source[start + rows * width + column]!;
  }
  return result;
}
