import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../errors/errors.ts";
import { seededRandom } from "../random/random.ts";
import { convert, toFloat64 } from "./convert.ts";
import { elementCount, fromNumbers, tensor, zeros } from "./create.ts";
import { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from "./half.ts";
import { randomNormal } from "./random-normal.ts";

const formats = [
  { name: "float16", encode: toFloat16Bits, decode: fromFloat16Bits, infinity: 0x7c00 },
  { name: "bfloat16", encode: toBfloat16Bits, decode: fromBfloat16Bits, infinity: 0x7f80 },
];

const elementsBelow = (end: number) => Array.from({ length: end }, (_, bits) => bits);

describe.each(formats)("$name", ({ encode, decode, infinity }) => {
  it("keeps every finite element, both zeros and both infinities", () => {
    const lost = elementsBelow(infinity + 1).filter(
      (bits) => encode(decode(bits)) !== bits || encode(decode(bits | 0x8000)) !== (bits | 0x8000),
    );
    expect(lost).toEqual([]);
    expect(decode(infinity)).toBe(Infinity);
    expect(decode(infinity | 0x8000)).toBe(-Infinity);
  });

  it("takes NaN to NaN", () => {
    expect(encode(Number.NaN) & 0x7fff).toBeGreaterThan(infinity);
    const numbers = elementsBelow(0x8000).filter((bits) => bits > infinity && !Number.isNaN(decode(bits)));
    expect(numbers).toEqual([]);
  });

  it("rounds to the nearest element, ties to even, through subnormals and to infinity", () => {
    const misplaced = elementsBelow(infinity - 1).filter((bits) => {
      const [low, high] = [decode(bits), decode(bits + 1)];
      const middle = low + (high - low) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      return !(
        encode(middle) === even &&
        encode(-middle) === (even | 0x8000) &&
        encode(low + (high - low) * 0.499) === bits &&
        encode(low + (high - low) * 0.501) === bits + 1
      );
    });
    expect(misplaced).toEqual([]);
    const largest = decode(infinity - 1);
    const step = largest - decode(infinity - 2);
    expect(encode(largest + 0.499 * step)).toBe(infinity - 1);
    expect(encode(largest + 0.5 * step)).toBe(infinity);
    expect(encode(Number.MAX_VALUE)).toBe(infinity);
    expect(encode(Number.MIN_VALUE)).toBe(0);
  });
});

it("knows some numbers by heart", () => {
  expect(toFloat16Bits(1)).toBe(0x3c00);
  expect(toFloat16Bits(-2)).toBe(0xc000);
  expect(toFloat16Bits(65504)).toBe(0x7bff);
  expect(toFloat16Bits(2 ** -24)).toBe(1);
  expect(toBfloat16Bits(1)).toBe(0x3f80);
  expect(toBfloat16Bits(Math.PI)).toBe(0x4049);
  expect(fromBfloat16Bits(1)).toBe(2 ** -133);
});

describe("tensors", () => {
  it("take a typed array as their storage and round ordinary numbers", () => {
    const storage = new Float32Array(6);
    expect(tensor([2, 3], storage).data).toBe(storage);
    expect(tensor([2], new Float64Array(2)).dtype).toBe("float64");
    expect(tensor([1], [0.1]).data[0]).toBe(Math.fround(0.1));
    expect(tensor([1], [1], "bfloat16").data).toEqual(new Uint16Array([0x3f80]));
    expect(tensor([2, 2]).data).toEqual(new Float32Array(4));
    expect(zeros([0, 3], "float16").data).toEqual(new Uint16Array(0));
    expect(tensor([]).data).toHaveLength(1);
  });

  it("refuse a shape that is none, data that do not fill it, and storage of another type", () => {
    expect(() => tensor([2, 3], [1])).toThrow(
      new ShapeError("data: 1 elements do not fill shape [2, 3], which needs 6"),
    );
    expect(() => zeros([2, -1])).toThrow(new ShapeError("shape: [2, -1] needs non-negative integers"));
    expect(() => elementCount([1.5])).toThrow(ShapeError);
    expect(() => tensor([1], new Float32Array(1) as never, "float16")).toThrow(
      new ArgumentError("data: a Float32Array cannot hold float16; needs a Uint16Array"),
    );
  });

  it("convert between types, exactly when widening", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 9 }), (numbers) => {
        const source = tensor([numbers.length], Float32Array.from(numbers));
        expect([...toFloat64(source)]).toEqual([...source.data]);
        for (const dtype of ["float16", "bfloat16"] as const) {
          const half = convert(source, dtype);
          expect(convert(convert(half, "float64"), dtype)).toEqual(half);
          expect(convert(convert(half, "float32"), dtype)).toEqual(half);
        }
      }),
    );
    expect(fromNumbers([1], [1 / 3], "float64").data[0]).toBe(1 / 3);
    const source = tensor([1], new Float64Array([1]));
    expect(toFloat64(source)).not.toBe(source.data);
  });

  it("are filled from a seed with normal numbers of the standard deviation asked for", () => {
    const sample = randomNormal(seededRandom(3), [100, 100], 2);
    expect(sample.data).toEqual(randomNormal(seededRandom(3), [100, 100], 2).data);
    const mean = sample.data.reduce((sum, x) => sum + x, 0) / 1e4;
    const variance = sample.data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 1e4;
    expect(Math.abs(mean)).toBeLessThan(0.08);
    expect(variance).toBeGreaterThan(3.7);
    expect(variance).toBeLessThan(4.3);
  });
});
