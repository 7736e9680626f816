/** An argument whose shape does not fit the formula: the message names it, the shape it has and the shape it needs. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** An argument whose value is outside what the formula is defined for. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/** A combination of variant, mask, modifier and element type that this backend does not compute. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
}
