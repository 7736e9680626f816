import { UnsupportedError } from "../errors/errors.ts";
import { toFloat64 } from "../tensor/convert.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";
import type { Numbers } from "./case.ts";

export function dtypeOf(type: string): DType {
  if (type === "float64" || type === "float32" || type === "float16" || type === "bfloat16") return type;
  throw new UnsupportedError(`type ${type} is not an element type of attention`);
}

export function toTensor({ type, dims, data }: Numbers): Tensor {
  return fromNumbers(dims, data, dtypeOf(type));
}

/** The elements rounded to `type`, as the operator returns them. */
export function toNumbers(source: Tensor, type: string): Numbers {
  return { type, dims: source.shape, data: roundTo(toFloat64(source), type) };
}

/** Numbers rounded to the element type, where it is one of floats. */
export function roundTo(data: Float64Array, type: string): Float64Array {
  return type === "float64" ? data : toFloat64(fromNumbers([data.length], data, dtypeOf(type)));
}

/** [b, s, heads·width] as [b, heads, s, width]; four axes stay as they are. */
export function splitHeads(source: Numbers, heads: number | undefined): Numbers {
  if (source.dims.length === 4) return source;
  const [batch, length, hidden] = source.dims as readonly [number, number, number];
  if (!heads) throw new Error("3-D inputs need q_num_heads and kv_num_heads");
  const width = hidden / heads;
  const data = swapMiddle(source.data, [batch, length, heads, width]);
  return { ...source, dims: [batch, heads, length, width], data };
}

/** [b, heads, s, width] as [b, s, heads·width]. */
export function joinHeads(source: Numbers): Numbers {
  const [batch, heads, length, width] = source.dims as readonly [number, number, number, number];
  const data = swapMiddle(source.data, [batch, heads, length, width]);
  return { ...source, dims: [batch, length, heads * width], data };
}

function swapMiddle(data: Float64Array, dims: readonly [number, number, number, number]): Float64Array {
  const [outer, first, second, inner] = dims;
  const result = new Float64Array(data.length);
  for (let o = 0; o < outer; o += 1) {
    for (let f = 0; f < first; f += 1) {
      for (let s = 0; s < second; s += 1) {
        const from = ((o * first + f) * second + s) * inner;
        result.set(data.subarray(from, from + inner), ((o * second + s) * first + f) * inner);
      }
    }
  }
  return result;
}

/** `past` followed by `recent` along the third of four axes. */
export function append(past: Numbers | undefined, recent: Numbers): Numbers {
  if (!past) return recent;
  const [batch, heads, added, width] = recent.dims as readonly [number, number, number, number];
  const kept = past.dims[2]!;
  const data = new Float64Array(past.data.length + recent.data.length);
  for (let matrix = 0; matrix < batch * heads; matrix += 1) {
    const start = matrix * (kept + added) * width;
    data.set(past.data.subarray(matrix * kept * width, (matrix + 1) * kept * width), start);
    data.set(recent.data.subarray(matrix * added * width, (matrix + 1) * added * width), start + kept * width);
  }
  return { ...recent, dims: [batch, heads, kept + added, width], data };
}
