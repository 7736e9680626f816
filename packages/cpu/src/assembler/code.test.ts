import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flatten, signed, unsigned } from "./code.ts";

/** Reads LEB128 by its definition, in whole numbers beyond 32 bits. */
function decode(bytes: readonly number[], isSigned: boolean): number {
  let value = 0n;
  bytes.forEach((byte, index) => {
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    expect(byte >= 0x80, "a byte but for the last goes on").toBe(index < bytes.length - 1);
  });
  const bits = BigInt(7 * bytes.length);
  return Number(isSigned ? BigInt.asIntN(Number(bits), value) : value);
}

const edges = (bits: readonly number[]) => fc.constantFrom(...bits.flatMap((bit) => [2 ** bit - 1, 2 ** bit]));
const unsigned32 = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), edges([0, 6, 7, 13, 14, 20, 21, 27, 28, 31]));
const signed32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  edges([0, 6, 7, 13, 14, 20, 21, 27, 28]),
  edges([0, 6, 7, 13, 14, 20, 21, 27, 28]).map((value) => -value - 1),
);

describe("LEB128", () => {
  it("of unsigned numbers gives back the number, in as few bytes as hold it", () => {
    fc.assert(
      fc.property(unsigned32, (value) => {
        const bytes = unsigned(value);
        expect(decode(bytes, false)).toBe(value);
        expect(bytes.length).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
      }),
    );
  });

  it("of signed numbers gives back the number, in as few bytes as hold it and its sign", () => {
    fc.assert(
      fc.property(signed32, (value) => {
        const bytes = signed(value);
        expect(decode(bytes, true)).toBe(value);
        const magnitude = value < 0 ? -value - 1 : value;
        const bits = magnitude === 0 ? 1 : magnitude.toString(2).length + 1;
        expect(bytes.length).toBe(Math.ceil(bits / 7));
      }),
    );
  });
});

it("flattens nested code in order, calls as their opcode and index", () => {
  const code = [1, [[2], []], { call: "far" }, [{ call: "near" }, [[[3]]]]];
  expect(flatten(code, (name) => (name === "far" ? 300 : 5))).toEqual([1, 2, 0x10, 0xac, 0x02, 0x10, 5, 3]);
  expect(flatten([], () => 0, [9])).toEqual([9]);
});
