import { fromBfloat16Bits, fromFloat16Bits, seededRandom, tensor, toBfloat16Bits, toFloat16Bits } from "@xattn/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Context, createContext } from "../backend/context.ts";
import { runs } from "../engine/choose.ts";
import { maximumPages } from "../engine/compile.ts";
import { type Engine, engines } from "../engine/engine.ts";
import { createHeap } from "../memory/heap.ts";
import { createScratch } from "../memory/scratch.ts";
import { createPool, type Pool } from "../pool/pool.ts";
import { narrow, widen } from "./half.ts";
import { unitElements } from "./span.ts";

const exact = {
  float16: { decode: fromFloat16Bits, encode: toFloat16Bits },
  bfloat16: { decode: fromBfloat16Bits, encode: toBfloat16Bits },
} as const;

type HalfType = keyof typeof exact;

/** The place of the first number that is not the same, in sign too; −1 when all are. */
function firstDifference(actual: ArrayLike<number>, expected: (index: number) => number): number {
  for (let index = 0; index < actual.length; index += 1) {
    if (!Object.is(actual[index], expected(index))) return index;
  }
  return -1;
}

const everyPattern = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const word = new Uint32Array(1);
const asFloat = new Float32Array(word.buffer);
const floatOf = (bits: number) => {
  word[0] = bits;
  return asFloat[0]!;
};

/** Bit patterns all over float32: of each half number, of the numbers between two, and of what is next to those. */
function telling(dtype: HalfType): Float32Array {
  const numbers: number[] = [];
  const { decode } = exact[dtype];
  for (let bits = 0; bits < 0x7c00 * (dtype === "float16" ? 1 : 1.02); bits += dtype === "float16" ? 1 : 3) {
    const [here, next] = [decode(bits), decode(bits + 1)];
    if (!Number.isFinite(here)) break;
    const middle = Number.isFinite(next) ? here + (next - here) / 2 : here * (1 + 2 ** -11);
    for (const centre of [here, Math.fround(middle)]) {
      asFloat[0] = centre;
      const pattern = word[0]!;
      for (const near of [-1, 0, 1])
        if (pattern + near >= 0) numbers.push(floatOf(pattern + near), -floatOf(pattern + near));
    }
  }
  return Float32Array.from(numbers);
}

const here = engines.filter((engine) => runs(engine, true));

describe.each(here)("half precision, $name kernels", (engine: Engine) => {
  let pool: Pool;
  let context: Context;
  beforeAll(async () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: maximumPages, shared: true });
    const heap = createHeap(memory);
    pool = createPool({ threads: 2, memory });
    await pool.ready();
    context = createContext(engine, heap, createScratch(heap), pool);
  });
  afterAll(() => pool.dispose());

  const narrowed = (dtype: HalfType, numbers: Float32Array) => {
    try {
      const address = context.scratch.take(4 * numbers.length);
      context.float32.set(numbers, address / 4);
      return narrow(context, dtype, address, numbers.length);
    } finally {
      context.scratch.release();
    }
  };

  describe.each(["float16", "bfloat16"] as const)("%s", (dtype) => {
    const { decode, encode } = exact[dtype];

    it("widens every bit pattern exactly", () => {
      const address = widen(context, tensor([65536], everyPattern, dtype));
      const floats = context.float32.slice(address / 4, address / 4 + 65536);
      context.scratch.release();
      expect(firstDifference(floats, decode)).toBe(-1);
    });

    it("narrows every number of its own to itself", () => {
      const found = narrowed(dtype, Float32Array.from(everyPattern, decode));
      expect(firstDifference(found, (bits) => encode(decode(bits)))).toBe(-1);
    });

    it("rounds to nearest, ties to even, next to every number and every middle of two", () => {
      const numbers = telling(dtype);
      expect(numbers.length).toBeGreaterThan(100_000);
      expect(firstDifference(narrowed(dtype, numbers), (index) => encode(numbers[index]!))).toBe(-1);
    });

    it("narrows random bit patterns, ∞, NaN and subnormal numbers as the plain converter", () => {
      const random = seededRandom(7);
      const numbers = Float32Array.from({ length: 200_000 }, () => floatOf(Math.floor(random.uniform() * 2 ** 32)));
      const special = [0x7f800000, 0xff800000, 0x7f800001, 0xffffffff, 0x7fc00000, 0x00000001, 0x807fffff, 0x80000000];
      numbers.set(special.map(floatOf));
      new Uint32Array(numbers.buffer).set(special);
      expect(firstDifference(narrowed(dtype, numbers), (index) => encode(numbers[index]!))).toBe(-1);
    });

    it.each([0, 1, 7, 8, 9, 1000, unitElements - 1, unitElements, unitElements + 1, 3 * unitElements + 5])(
      "converts %s elements, in one unit or several",
      (count) => {
        const random = seededRandom(count);
        const numbers = Float32Array.from({ length: count }, () => random.normal());
        const halves = narrowed(dtype, numbers);
        expect(halves.length).toBe(count);
        expect(firstDifference(halves, (index) => encode(numbers[index]!))).toBe(-1);
        const address = widen(context, tensor([count], halves, dtype));
        const floats = context.float32.slice(address / 4, address / 4 + count);
        expect(firstDifference(floats, (index) => decode(halves[index]!))).toBe(-1);
        context.scratch.release();
      },
    );
  });
});
