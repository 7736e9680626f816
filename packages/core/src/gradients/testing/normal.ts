import type { Random } from "../../random/random.ts";
import { elementCount, tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Independent normal elements, in float64. */
export function normal(random: Random, shape: readonly number[]): Tensor<"float64"> {
  return tensor(
    shape,
    Float64Array.from({ length: elementCount(shape) }, () => random.normal()),
  );
}
