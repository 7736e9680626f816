import type { Random } from "../random/random.ts";
import { elementCount, tensor } from "./create.ts";
import type { Tensor } from "./tensor.ts";

/** Independent normal elements of mean 0 and standard deviation `scale`, in float32. */
export function randomNormal(random: Random, shape: readonly number[], scale = 1): Tensor<"float32"> {
  const data = new Float32Array(elementCount(shape));
  for (let index = 0; index < data.length; index += 1) data[index] = scale * random.normal();
  return tensor(shape, data);
}
