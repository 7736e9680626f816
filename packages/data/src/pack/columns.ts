import { elementBytes, type SafetensorsDType } from "../safetensors/dtype.ts";
import type { Safetensors } from "../safetensors/tensor.ts";
import { PackError } from "./errors.ts";

/** The name of a size, bound by the first tensor that has it, or a number. */
export type Size = string | number;

/**
 * Takes tensors of expected types and shapes out of a file. A named size must be the same wherever it comes.
 *
 * @throws PackError when one is missing, or is of another type or shape
 */
export function columnsOf(file: string, { tensors }: Safetensors) {
  const bound = new Map<string, number>();
  return {
    /** The bytes of a tensor of this type and shape. */
    take(name: string, dtype: SafetensorsDType, shape: readonly Size[]): Uint8Array {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new PackError(`${file}: has no tensor ${name}`);
      const fits =
        tensor.dtype === dtype &&
        tensor.shape.length === shape.length &&
        shape.every((size, axis) => bind(size, tensor.shape[axis]!));
      if (!fits) {
        throw new PackError(
          `${file}: ${name} is ${tensor.dtype} of shape [${tensor.shape.join(", ")}], not ${dtype} of shape [${shape.map(show).join(", ")}]`,
        );
      }
      return tensor.bytes;
    },
    size(name: string): number {
      return bound.get(name) ?? 0;
    },
  };

  function bind(size: Size, actual: number): boolean {
    if (typeof size === "number") return size === actual;
    const known = bound.get(size);
    if (known === undefined) bound.set(size, actual);
    return known === undefined || known === actual;
  }

  function show(size: Size): string {
    const known = typeof size === "string" ? bound.get(size) : size;
    return known === undefined ? String(size) : String(known);
  }
}

const views = { U8: Uint8Array, U16: Uint16Array, I32: Int32Array, F32: Float32Array } as const;

/** A copy of the bytes as elements, so that they begin on an aligned address. */
export function elements<DType extends keyof typeof views>(
  dtype: DType,
  bytes: Uint8Array,
): InstanceType<(typeof views)[DType]> {
  // Not slice: that of a Buffer, which reading a file gives, does not copy.
  const { buffer } = Uint8Array.from(bytes);
  return new views[dtype](buffer, 0, bytes.length / elementBytes[dtype]) as InstanceType<(typeof views)[DType]>;
}
