import { type AttentionProblem, attention, convert, type Tensor, tensor } from "@xattn/core";

/**
 * Output rows depend on their own query alone, so that perturbations of queries can be tried many at a time, and the
 * worst of a box is put together row by row. In float32, enough to tell candidates apart.
 *
 * @param candidates [… heads, n·count, d], `count` replacements for each query, those of one query side by side
 * @returns ‖row of out′ − row of out‖² for each candidate, in order
 */
export function rowHarms(problem: AttentionProblem, candidates: Float64Array, count: number): Float64Array {
  const [batch, heads, n, d] = problem.query.shape as [number, number, number, number];
  const narrow = (tensor: Tensor) => convert(tensor, "float32");
  const { key, value, query, ...rest } = { ...problem, key: narrow(problem.key), value: narrow(problem.value) };
  const rowsOf = (asked: Tensor) => attention(narrow(asked), key, value, rest).output;
  const clean = rowsOf(query).data;
  const { data, shape } = rowsOf(tensor([batch, heads, n * count, d], candidates));
  const width = shape[3]!;
  const harms = new Float64Array(batch * heads * n * count);
  for (let candidate = 0; candidate < harms.length; candidate += 1) {
    const row = Math.floor(candidate / count);
    let total = 0;
    for (let e = 0; e < width; e += 1) total += (data[candidate * width + e]! - clean[row * width + e]!) ** 2;
    harms[candidate] = total;
  }
  return harms;
}
