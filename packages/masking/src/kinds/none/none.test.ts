import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { none } from "./none.ts";

describe("none", () => {
  itKeepsTheContract("none");

  it("allows no pair", () => {
    expect(draw(none, 2, 3)).toEqual(["...", "..."]);
  });
});
