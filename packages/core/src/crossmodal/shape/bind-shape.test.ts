import { describe, expect, it } from "vitest";
import { ShapeError } from "../../errors/errors.ts";
import { bindShape } from "./bind-shape.ts";

describe("bindShape", () => {
  it("reads each letter", () => {
    expect(bindShape("x", { shape: [2, 0, 5] }, ["b", "n", "d"], { b: 2 })).toEqual({ b: 2, n: 0, d: 5 });
  });

  it.each([
    [[2, 3], "x: shape [2, 3] does not fit: needs [b, n, d] = [2, n, 5], after y"],
    [[1, 3, 5], "x: shape [1, 3, 5] does not fit: needs [b, n, d] = [2, n, 5], after y"],
    [[2, 3, 4], "x: shape [2, 3, 4] does not fit: needs [b, n, d] = [2, n, 5], after y"],
  ])("says what is wrong with %j", (shape, message) => {
    const bind = () => bindShape("x", { shape }, ["b", "n", "d"], { b: 2, d: 5 }, "y");
    expect(bind).toThrow(ShapeError);
    expect(bind).toThrow(message);
  });

  it("needs no numbers when nothing is known", () => {
    expect(() => bindShape("x", { shape: [] }, ["b", "n"])).toThrow(/needs \[b, n\]$/);
  });
});
