import type { DType } from "@xattn/core";

/** Element types as they lie in a device's memory. */
export type DeviceDType = Exclude<DType, "float64">;

export const bytesOf: Readonly<Record<DeviceDType, number>> = { float32: 4, float16: 2, bfloat16: 2 };

const inFours = (width: number) => width > 0 && width % 4 === 0;

/** WGSL type of the array that holds rows of `width` elements. */
export function arrayType(dtype: DeviceDType, width: number): string {
  if (dtype === "float32") return inFours(width) ? "array<vec4f>" : "array<f32>";
  return inFours(width) ? "array<vec2u>" : "array<u32>";
}

/**
 * WGSL function `{name}At(row, four)`: elements 4·four to 4·four + 3 of a row of the array `name`, as vec4f; 0 beyond
 * the row. Half precision is widened by WGSL's own unpacking, which every device has, so that no feature is needed.
 */
export function readFours(name: string, dtype: DeviceDType, width: number): string {
  const head = `fn ${name}At(row: u32, four: u32) -> vec4f {`;
  if (width === 0) return `${head}\n  return vec4f();\n}`;
  if (inFours(width)) {
    const place = `${name}[row * ${width / 4}u + four]`;
    const value = {
      float32: place,
      float16: `vec4f(unpack2x16float(${place}.x), unpack2x16float(${place}.y))`,
      bfloat16: `bitcast<vec4f>(vec4u(${place}.x << 16u, ${place}.x & 0xffff0000u, ${place}.y << 16u, ${place}.y & 0xffff0000u))`,
    }[dtype];
    return `${head}\n  return ${value};\n}`;
  }
  return `${readOne(name, dtype)}
${head}
  let at = row * ${width}u + four * 4u;
  var value = vec4f();
  let count = min(4u, ${width}u - min(${width}u, four * 4u));
  for (var c = 0u; c < count; c += 1u) {
    value[c] = ${name}One(at + c);
  }
  return value;
}`;
}

/** WGSL function `{name}One(index)`: one element of the array `name`, whose width is no multiple of 4, as f32. */
export function readOne(name: string, dtype: DeviceDType): string {
  const value = {
    float32: `${name}[index]`,
    float16: `unpack2x16float(${name}[index >> 1u])[index & 1u]`,
    bfloat16: `bitcast<f32>((${name}[index >> 1u] >> (16u * (index & 1u))) << 16u)`,
  }[dtype];
  return `fn ${name}One(index: u32) -> f32 {\n  return ${value};\n}`;
}

/** Whether elements share words with those of other rows: such an array must be zeros before rows are written. */
export function sharesWords(dtype: DeviceDType, width: number): boolean {
  return dtype !== "float32" && !inFours(width);
}

/** WGSL type of the array that `writeFours` writes. */
export function writtenType(dtype: DeviceDType, width: number): string {
  return sharesWords(dtype, width) ? "array<atomic<u32>>" : arrayType(dtype, width);
}

/** WGSL function `{name}Put(row, four, value)`: writes up to four elements of a row, rounded to nearest. */
export function writeFours(name: string, dtype: DeviceDType, width: number): string {
  const head = `fn ${name}Put(row: u32, four: u32, value: vec4f) {`;
  if (inFours(width)) {
    const stored = { float32: "value", float16: `vec2u(${pairs("float16")})`, bfloat16: `vec2u(${pairs("bfloat16")})` };
    return `${dtype === "bfloat16" ? roundToBfloat16 : ""}
${head}
  ${name}[row * ${width / 4}u + four] = ${stored[dtype]};
}`;
  }
  const put = {
    float32: `${name}[index] = value[c];`,
    float16: `atomicOr(&${name}[index >> 1u], pack2x16float(vec2f(value[c], 0.0)) << (16u * (index & 1u)));`,
    bfloat16: `atomicOr(&${name}[index >> 1u], bfloat16Bits(value[c]) << (16u * (index & 1u)));`,
  }[dtype];
  return `${dtype === "bfloat16" ? roundToBfloat16 : ""}
${head}
  let count = min(4u, ${width}u - min(${width}u, four * 4u));
  for (var c = 0u; c < count; c += 1u) {
    let index = row * ${width}u + four * 4u + c;
    ${put}
  }
}`;
}

function pairs(dtype: "float16" | "bfloat16"): string {
  if (dtype === "float16") return "pack2x16float(value.xy), pack2x16float(value.zw)";
  const pair = (low: string, high: string) => `bfloat16Bits(value.${low}) | (bfloat16Bits(value.${high}) << 16u)`;
  return `${pair("x", "y")}, ${pair("z", "w")}`;
}

const roundToBfloat16 = `
fn bfloat16Bits(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let rounded = (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
  return select(rounded, 0x7fc0u, (bits & 0x7fffffffu) > 0x7f800000u);
}`;
