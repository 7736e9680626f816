import { expect, it } from "vitest";
import { nameColour } from "./colour.ts";
import { coloursUnder } from "./under-mask.ts";

it.each([
  ["black", [20, 20, 30]],
  ["white", [240, 240, 235]],
  ["gray", [130, 130, 135]],
  ["red", [220, 30, 30]],
  ["orange", [250, 140, 20]],
  ["yellow", [250, 230, 40]],
  ["green", [40, 160, 60]],
  ["blue", [30, 60, 200]],
  ["purple", [120, 30, 200]],
  ["pink", [250, 120, 190]],
  ["pink", [250, 150, 150]],
  ["brown", [120, 70, 30]],
] as const)("calls %s what is %s", (name, [red, green, blue]) => {
  expect(nameColour(red, green, blue)).toBe(name);
});

it("weighs pixels by the mask, and names no main colour where none has half", () => {
  const image = { width: 3, height: 1, data: Uint8Array.from([220, 30, 30, 255, 30, 60, 200, 255, 40, 160, 60, 255]) };
  expect(coloursUnder(image, Uint8Array.of(255, 100, 0))).toEqual({ main: "red", present: ["red", "blue"] });
  expect(coloursUnder(image, Uint8Array.of(255, 255, 255)).main).toBeUndefined();
  expect(coloursUnder(image, Uint8Array.of(255, 20, 0)).present).toEqual(["red"]);
  expect(coloursUnder(image, new Uint8Array(3))).toEqual({ main: undefined, present: [] });
});
