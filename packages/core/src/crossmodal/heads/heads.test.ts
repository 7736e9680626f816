import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../errors/errors.ts";
import { seededRandom } from "../../random/random.ts";
import { convert } from "../../tensor/convert.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import { joinHeads, splitHeads } from "./heads.ts";

describe("heads", () => {
  it("are columns side by side", () => {
    const x = tensor([1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(splitHeads(x, 2)).toEqual(tensor([1, 2, 2, 2], [1, 2, 5, 6, 3, 4, 7, 8]));
  });

  it("join to what was split, in any element type", () => {
    const size = fc.integer({ min: 0, max: 4 });
    const dtype = fc.constantFrom("float16" as const, "float32" as const, "float64" as const);
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 4 }), size, dtype, (b, n, h, d, type) => {
        const x = convert(randomNormal(seededRandom(1), [b, n, h * d]), type);
        const split = splitHeads(x, h);
        expect(split.shape).toEqual([b, h, n, d]);
        expect(joinHeads(split)).toEqual(x);
      }),
    );
  });

  it("need a number that divides the width", () => {
    expect(() => splitHeads(zeros([1, 2, 4]), 3)).toThrow(ShapeError);
    expect(() => splitHeads(zeros([1, 2, 4]), 3)).toThrow(
      "x: shape [1, 2, 4] does not fit: needs its last axis, 4, to be a multiple of h = 3",
    );
    expect(() => splitHeads(zeros([1, 2, 4]), 0)).toThrow(ArgumentError);
    expect(() => splitHeads(zeros([2, 4]), 2)).toThrow("needs [b, n, h·d]");
    expect(() => joinHeads(zeros([2, 4]))).toThrow("needs [b, h, n, e]");
  });
});
