import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { all } from "./all.ts";

describe("all", () => {
  itKeepsTheContract("all");

  it("allows every pair", () => {
    expect(draw(all, 2, 3)).toEqual(["###", "###"]);
  });
});
