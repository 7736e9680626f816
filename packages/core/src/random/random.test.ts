import { describe, expect, it } from "vitest";
import { seededRandom } from "./random.ts";

const draw = (seed: number, count = 5) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.uniform());
};

describe("seededRandom", () => {
  it("repeats for a seed and differs between near, negative and far seeds", () => {
    expect(draw(1)).toEqual(draw(1));
    const firsts = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER].map((seed) => draw(seed, 1)[0]);
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("draws the numbers that it always drew", () => {
    const random = seededRandom(42);
    const sample = [random.uniform(), random.normal(), random.normal(), random.integer(1, 1000)];
    expect(sample).toMatchInlineSnapshot(`
      [
        0.9840744642821658,
        -0.6487258458434987,
        -0.05485621212858888,
        902,
      ]
    `);
  });

  it("refuses a seed that is not a safe integer", () => {
    expect(() => seededRandom(0.5)).toThrow(new RangeError("seed: 0.5 is not a safe integer"));
    expect(() => seededRandom(2 ** 53)).toThrow(RangeError);
  });

  it("is uniform on [0, 1) and normal with mean 0 and variance 1", () => {
    const random = seededRandom(5);
    const uniforms = Array.from({ length: 20_000 }, () => random.uniform());
    expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniforms)).toBeLessThan(1);
    const tenths = new Array<number>(10).fill(0);
    for (const value of uniforms) tenths[Math.floor(value * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(220);
    const normals = Array.from({ length: 20_000 }, () => random.normal());
    const mean = normals.reduce((sum, x) => sum + x, 0) / normals.length;
    const moment = (power: number) => normals.reduce((sum, x) => sum + (x - mean) ** power, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(4)).toBeGreaterThan(2.75);
    expect(moment(4)).toBeLessThan(3.25);
  });

  it("draws integers over the whole range, both ends included", () => {
    const random = seededRandom(6);
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(-1, 2)));
    expect([...drawn].sort()).toEqual([-1, 0, 1, 2]);
  });

  it("shuffles into a new array of the same items, every item to every place", () => {
    const random = seededRandom(7);
    const items = ["a", "b", "c"];
    const orders = new Set(Array.from({ length: 200 }, () => random.shuffle(items).join("")));
    expect(items).toEqual(["a", "b", "c"]);
    expect(orders.size).toBe(6);
  });

  it("forks by name, without moving and without being moved by other draws", () => {
    const parent = seededRandom(8);
    const early = parent.fork("masks").uniform();
    parent.uniform();
    expect(parent.fork("masks").uniform()).toBe(early);
    expect(parent.fork("weights").uniform()).not.toBe(early);
    const untouched = seededRandom(8);
    untouched.fork("masks").uniform();
    expect(untouched.uniform()).toBe(draw(8, 1)[0]);
  });
});
