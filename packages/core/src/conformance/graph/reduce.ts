import { indices } from "./broadcast.ts";
import { rounded } from "./elementwise.ts";
import type { Operator } from "./operator.ts";

function reduce(
  start: number,
  step: (sum: number, value: number) => number,
  finish = (sum: number, _count: number) => sum,
) {
  const operator: Operator = ([x, axesInput], attrs) => {
    const rank = x!.dims.length;
    const given = axesInput ? [...axesInput.data] : ((attrs.axes as number[] | undefined) ?? []);
    if (given.length === 0 && attrs.noop_with_empty_axes === 1) return x!;
    const axes =
      given.length === 0 ? x!.dims.map((_, axis) => axis) : given.map((axis) => (axis < 0 ? axis + rank : axis));
    const kept = x!.dims.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const size = kept.reduce((product, length) => product * length, 1);
    const sums = new Float64Array(size).fill(start);
    for (const [flat, index] of indices(x!.dims).entries()) {
      const at = index.reduce((sum, position, axis) => sum * kept[axis]! + (axes.includes(axis) ? 0 : position), 0);
      sums[at] = step(sums[at]!, x!.data[flat]!);
    }
    const count = x!.data.length / size;
    const dims = Number(attrs.keepdims ?? 1) === 1 ? kept : x!.dims.filter((_, axis) => !axes.includes(axis));
    return rounded(
      x!.type,
      dims,
      sums.map((sum) => finish(sum, count)),
    );
  };
  return operator;
}

export const reductions: Readonly<Record<string, Operator>> = {
  ReduceMax: reduce(Number.NEGATIVE_INFINITY, Math.max),
  ReduceMean: reduce(
    0,
    (sum, value) => sum + value,
    (sum, count) => sum / count,
  ),
  ReduceMin: reduce(Number.POSITIVE_INFINITY, Math.min),
  ReduceSum: reduce(0, (sum, value) => sum + value),
};
