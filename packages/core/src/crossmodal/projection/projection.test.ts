import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../errors/errors.ts";
import { seededRandom } from "../../random/random.ts";
import { convert, toFloat64 } from "../../tensor/convert.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import { affine, distance, matrixOf } from "../testing/matrix.ts";
import { biased } from "../testing/random.ts";
import { project, randomProjection } from "./projection.ts";

describe("project", () => {
  it("is x·W + b for any widths and number of rows", () => {
    const size = fc.integer({ min: 1, max: 11 });
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 4 }), size, size, fc.boolean(), (seed, n, p, q, withBias) => {
        const random = seededRandom(seed);
        const x = convert(randomNormal(random, [2, n, p]), "float64");
        const projection = withBias ? biased(random, p, q) : randomProjection(random, p, q);
        const y = project(x, projection);
        expect(y.shape).toEqual([2, n, q]);
        for (const b of [0, 1]) {
          expect(distance(matrixOf(y, b), affine(matrixOf(x, b), projection))).toBeLessThan(1e-12);
        }
      }),
    );
  });

  it("rounds once, to the element type of x", () => {
    const x = tensor([1, 2], [1, 1]);
    const weight = tensor([2, 1], new Float64Array([1, 2 ** -30]));
    expect(project(x, { weight }).data).toEqual(new Float32Array([1]));
    expect(project(convert(x, "float64"), { weight }).data).toEqual(new Float64Array([1 + 2 ** -30]));
    expect(project(convert(x, "float16"), { weight }).dtype).toBe("float16");
  });

  it("takes a single row and any number of leading axes", () => {
    const weight = tensor([2, 1], [1, 10]);
    expect(project(tensor([2], [1, 2]), { weight })).toMatchObject({ shape: [1], data: new Float32Array([21]) });
    expect(project(zeros([3, 1, 4, 2]), { weight }).shape).toEqual([3, 1, 4, 1]);
  });

  it("says which shape does not fit", () => {
    const weight = zeros([2, 5]);
    const message = "x: shape [4, 3] does not fit: needs […, in] = […, 2], after projection.weight [2, 5]";
    expect(() => project(zeros([4, 3]), { weight })).toThrow(new ShapeError(message));
    expect(() => project(zeros([4, 2]), { weight: zeros([2]) })).toThrow(
      "projection.weight: shape [2] does not fit: needs [in, out]",
    );
    expect(() => project(zeros([4, 2]), { weight, bias: zeros([4]) })).toThrow(
      "projection.bias: shape [4] does not fit: needs [out] = [5], after projection.weight [2, 5]",
    );
  });
});

describe("randomProjection", () => {
  it("has standard deviation 1/√in and keeps the size of rows", () => {
    const { weight } = randomProjection(seededRandom(7), 64, 200);
    const squares = toFloat64(weight).reduce((sum, w) => sum + w * w, 0);
    expect(Math.sqrt(squares / weight.data.length)).toBeCloseTo(1 / 8, 2);
    expect(weight.shape).toEqual([64, 200]);
  });
});
