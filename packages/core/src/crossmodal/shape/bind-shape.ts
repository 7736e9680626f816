import { ShapeError } from "../../errors/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * Reads the letters of a formula off a tensor's shape, and checks those that are known already.
 *
 * @param name the argument, for the message
 * @param letters one for each axis: ["b", "n", "d"]
 * @param known sizes that the shape has to agree with; letters that are not among them may be of any size
 * @param source where the known sizes come from, for the message: "queries [2, 5, 8]"
 * @throws ShapeError naming the argument, the shape it has and the shape it needs, in letters and in numbers
 */
export function bindShape<const Letters extends readonly string[]>(
  name: string,
  { shape }: Pick<Tensor, "shape">,
  letters: Letters,
  known: Readonly<Record<string, number>> = {},
  source?: string,
): Record<Letters[number], number> {
  const needed = letters.map((letter) => known[letter] ?? letter);
  const fits =
    shape.length === letters.length && needed.every((size, axis) => typeof size === "string" || size === shape[axis]);
  if (!fits) {
    const numbers = needed.some((size) => typeof size === "number") ? ` = ${showShape(needed)}` : "";
    const after = source === undefined ? "" : `, after ${source}`;
    throw new ShapeError(
      `${name}: shape ${showShape(shape)} does not fit: needs ${showShape(letters)}${numbers}${after}`,
    );
  }
  return Object.fromEntries(letters.map((letter, axis) => [letter, shape[axis]!])) as Record<Letters[number], number>;
}

/** A shape, or its letters, as text: "[2, n, 8]". */
export function showShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}
