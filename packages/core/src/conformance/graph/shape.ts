import { type Numbers, parseTensor } from "../case.ts";
import { broadcastShape, indices, spread } from "./broadcast.ts";
import type { RawInitializer } from "./graph.ts";
import type { Operator } from "./operator.ts";

const int64 = (dims: readonly number[], numbers: readonly number[]): Numbers => ({
  type: "int64",
  dims,
  data: Float64Array.from(numbers),
});

const fromEnd = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

const list = (input: Numbers | undefined): number[] | undefined => input && [...input.data];

/** Picks elements by the index each comes from. */
function pick(
  source: Numbers,
  dims: readonly number[],
  from: (index: readonly number[]) => readonly number[],
): Numbers {
  const data = Float64Array.from(indices(dims), (index) => {
    const offset = from(index).reduce((sum, position, axis) => sum * source.dims[axis]! + position, 0);
    return source.data[offset]!;
  });
  return { type: source.type, dims, data };
}

const shape: Operator = ([x], attrs) => {
  const rank = x!.dims.length;
  const start = fromEnd(Number(attrs.start ?? 0), rank);
  const end = fromEnd(Number(attrs.end ?? rank), rank);
  const dims = x!.dims.slice(start, end);
  return int64([dims.length], dims);
};

const gather: Operator = ([x, chosen], attrs) => {
  const axis = fromEnd(Number(attrs.axis ?? 0), x!.dims.length);
  const dims = [...x!.dims.slice(0, axis), ...chosen!.dims, ...x!.dims.slice(axis + 1)];
  return pick(x!, dims, (index) => {
    const inner = index.slice(axis, axis + chosen!.dims.length);
    const offset = inner.reduce((sum, position, place) => sum * chosen!.dims[place]! + position, 0);
    const position = fromEnd(chosen!.data[offset]!, x!.dims[axis]!);
    return [...index.slice(0, axis), position, ...index.slice(axis + chosen!.dims.length)];
  });
};

const range: Operator = ([start, end, step]) => {
  const [first, last, delta] = [start!.data[0]!, end!.data[0]!, step!.data[0]!];
  const length = Math.max(0, Math.ceil((last - first) / delta));
  const data = Float64Array.from({ length }, (_, index) => first + index * delta);
  return { type: start!.type, dims: [length], data };
};

const reshape: Operator = ([x, wanted], attrs) => {
  const dims = [...wanted!.data].map((length, axis) =>
    length === 0 && attrs.allowzero !== 1 ? x!.dims[axis]! : length,
  );
  const known = dims.filter((length) => length !== -1).reduce((product, length) => product * length, 1);
  return { ...x!, dims: dims.map((length) => (length === -1 ? x!.data.length / known : length)) };
};

const unsqueeze: Operator = ([x, axes]) => {
  const rank = x!.dims.length + axes!.data.length;
  const added = new Set(list(axes)!.map((axis) => fromEnd(axis, rank)));
  const kept = [...x!.dims];
  return { ...x!, dims: Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : kept.shift()!)) };
};

const squeeze: Operator = ([x, axes]) => {
  const dropped = list(axes)?.map((axis) => fromEnd(axis, x!.dims.length));
  return { ...x!, dims: x!.dims.filter((length, axis) => !(dropped ? dropped.includes(axis) : length === 1)) };
};

const expand: Operator = ([x, wanted]) => {
  const dims = broadcastShape([x!.dims, list(wanted)!]);
  return { ...x!, dims, data: spread(x!, dims) };
};

const transpose: Operator = ([x], attrs) => {
  const rank = x!.dims.length;
  const order = (attrs.perm as number[] | undefined) ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const dims = order.map((axis) => x!.dims[axis]!);
  return pick(x!, dims, (index) => x!.dims.map((_, axis) => index[order.indexOf(axis)]!));
};

const concat: Operator = (inputs, attrs) => {
  const given = inputs.map((input) => input!);
  const axis = fromEnd(Number(attrs.axis), given[0]!.dims.length);
  const outer = given[0]!.dims.slice(0, axis).reduce((product, length) => product * length, 1);
  const data = Array.from({ length: outer }, (_, row) =>
    given.flatMap((input) => {
      const run = input.data.length / outer;
      return [...input.data.subarray(row * run, (row + 1) * run)];
    }),
  ).flat();
  const length = given.reduce((sum, input) => sum + input.dims[axis]!, 0);
  return { ...given[0]!, dims: given[0]!.dims.with(axis, length), data: Float64Array.from(data) };
};

const slice: Operator = ([x, starts, ends, axes, steps]) => {
  const rank = x!.dims.length;
  const first = new Array<number>(rank).fill(0);
  const stride = new Array<number>(rank).fill(1);
  const dims = [...x!.dims];
  for (const [place, start] of list(starts)!.entries()) {
    const axis = fromEnd(axes?.data[place] ?? place, rank);
    const length = x!.dims[axis]!;
    const step = steps?.data[place] ?? 1;
    const within = (position: number) =>
      Math.min(Math.max(fromEnd(position, length), step < 0 ? -1 : 0), step < 0 ? length - 1 : length);
    first[axis] = within(start);
    stride[axis] = step;
    dims[axis] = Math.max(0, Math.ceil((within(ends!.data[place]!) - first[axis]) / step));
  }
  return pick(x!, dims, (index) => index.map((position, axis) => first[axis]! + position * stride[axis]!));
};

const constant: Operator = (_, attrs) => {
  if (attrs.value !== undefined) return parseTensor(attrs.value as RawInitializer);
  if (attrs.value_float !== undefined)
    return { type: "float32", dims: [], data: Float64Array.of(Number(attrs.value_float)) };
  if (attrs.value_int !== undefined) return int64([], [Number(attrs.value_int)]);
  if (Array.isArray(attrs.value_ints)) return int64([attrs.value_ints.length], attrs.value_ints.map(Number));
  if (Array.isArray(attrs.value_floats)) {
    const data = Float64Array.from(attrs.value_floats, Number);
    return { type: "float32", dims: [data.length], data };
  }
  throw new Error("graph: Constant has no value that is interpreted");
};

const constantOfShape: Operator = ([wanted], attrs) => {
  const dims = list(wanted)!;
  const value = attrs.value ? parseTensor(attrs.value as RawInitializer) : undefined;
  const size = dims.reduce((product, length) => product * length, 1);
  return { type: value?.type ?? "float32", dims, data: new Float64Array(size).fill(value?.data[0] ?? 0) };
};

const triangle: Operator = ([x, diagonal], attrs) => {
  const upper = Number(attrs.upper ?? 1) === 1;
  const shift = diagonal?.data[0] ?? 0;
  const places = indices(x!.dims);
  const data = x!.data.map((value, flat) => {
    const distance = places[flat]!.at(-1)! - places[flat]!.at(-2)! - shift;
    return (upper ? distance >= 0 : distance <= 0) ? value : 0;
  });
  return { ...x!, data };
};

export const shapeOperators: Readonly<Record<string, Operator>> = {
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Expand: expand,
  Gather: gather,
  Range: range,
  Reshape: reshape,
  Shape: shape,
  Size: ([x]) => int64([], [x!.data.length]),
  Slice: slice,
  Squeeze: squeeze,
  Transpose: transpose,
  Trilu: triangle,
  Unsqueeze: unsqueeze,
};
