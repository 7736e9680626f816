import { ShapeError } from "../../errors/errors.ts";
import type { Random } from "../../random/random.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import { fromNumbers } from "../../tensor/create.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import type { DType, Tensor } from "../../tensor/tensor.ts";
import { bindShape, showShape } from "../shape/bind-shape.ts";
import { multiplyRows } from "./multiply-rows.ts";

/** A learned matrix such as W_Q, applied to rows from the right: y = x·weight + bias. */
export interface Projection {
  /** [in, out] */
  readonly weight: Tensor;
  /** [out] */
  readonly bias?: Tensor;
}

/**
 * x·W + b for every row of x. Sums are in float64; the result has the element type of x.
 *
 * @param x […, in], any number of leading axes
 * @returns […, out]
 * @throws ShapeError when x, weight and bias do not fit each other
 */
export function project<Type extends DType>(x: Tensor<Type>, projection: Projection): Tensor<Type> {
  const { inputs, outputs } = projectionWidths("projection", projection);
  const { shape } = x;
  if (shape.at(-1) !== inputs) {
    const source = `projection.weight ${showShape(projection.weight.shape)}`;
    throw new ShapeError(
      `x: shape ${showShape(shape)} does not fit: needs […, in] = ${showShape(["…", inputs])}, after ${source}`,
    );
  }
  const leading = shape.slice(0, -1);
  const rows = leading.reduce((product, axis) => product * axis, 1);
  const bias = projection.bias && toFloat64(projection.bias);
  const product = multiplyRows(toFloat64(x), rows, inputs, toFloat64(projection.weight), outputs, bias);
  return fromNumbers([...leading, outputs], product, x.dtype);
}

/**
 * A projection without bias whose weights are normal with standard deviation 1/√in, so that rows of independent unit
 * normals stay of that size.
 */
export function randomProjection(random: Random, inputs: number, outputs: number): Projection {
  return { weight: randomNormal(random, [inputs, outputs], 1 / Math.sqrt(inputs)) };
}

/**
 * The widths [in, out] of a projection.
 *
 * @throws ShapeError when the weight has not two axes or the bias is not [out]
 */
export function projectionWidths(
  name: string,
  { weight, bias }: Projection,
): { readonly inputs: number; readonly outputs: number } {
  const sizes = bindShape(`${name}.weight`, weight, ["in", "out"]);
  if (bias) bindShape(`${name}.bias`, bias, ["out"], sizes, `${name}.weight ${showShape(weight.shape)}`);
  return { inputs: sizes.in, outputs: sizes.out };
}
