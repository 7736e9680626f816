import { broadcastSteps } from "../../problem/broadcast.ts";
import type { Numbers } from "../case.ts";

/** The shape that all shapes broadcast to, by the rule of trailing axes. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return lengths.find((length) => length !== 1) ?? 1;
  });
}

/** The elements spread out over a shape that the tensor broadcasts to. */
export function spread(source: Numbers, shape: readonly number[]): Float64Array {
  const steps = broadcastSteps(source.dims, shape);
  if (!steps) throw new Error(`graph: shape [${source.dims}] does not broadcast to [${shape}]`);
  return Float64Array.from(indices(shape), (index) => {
    const offset = index.reduce((sum, position, axis) => sum + position * steps[axis]!, 0);
    return source.data[offset]!;
  });
}

/** All index tuples of a shape, the last axis fastest. */
export function indices(shape: readonly number[]): number[][] {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return Array.from({ length: size }, (_, flat) => {
    const index = new Array<number>(shape.length);
    let rest = flat;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return index;
  });
}
