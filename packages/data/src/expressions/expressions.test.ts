import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ColourName, colourNames } from "../colour/colour.ts";
import { caption } from "./caption.ts";
import { referringExpressions } from "./expressions.ts";
import type { Describable } from "./thing.ts";

const thing = (
  noun: string,
  left: number,
  top: number,
  side = 100,
  colour?: ColourName,
  also: ColourName[] = [],
): Describable => ({
  noun,
  box: { left, top, right: left + side, bottom: top + side },
  colour,
  colours: colour === undefined ? also : [colour, ...also],
});
const texts = (things: readonly Describable[], kind: string) =>
  referringExpressions(things)
    .filter((expression) => expression.kind === kind)
    .map(({ text, target }) => `${text} → ${target}`);

describe("referring expressions", () => {
  const dog = thing("dog", 20, 200, 100, "brown");
  const car = thing("car", 300, 210, 200, "red");
  const owl = thing("owl", 40, 380, 60, "white", ["red"]);

  it("points by noun and by relation, both ways", () => {
    expect(texts([dog, car, owl], "noun")).toEqual(["the dog → 0", "the car → 1", "the owl → 2"]);
    expect(texts([dog, car], "relation")).toEqual(["the dog left of the car → 0", "the car right of the dog → 1"]);
    expect(texts([dog, owl], "relation")).toEqual(["the dog above the owl → 0", "the owl below the dog → 1"]);
  });

  it("says nothing of a relation that is not plain", () => {
    expect(texts([thing("dog", 0, 0), thing("owl", 63, 0)], "relation")).toEqual([]);
    expect(texts([thing("dog", 0, 0), thing("owl", 200, 200)], "relation")).toEqual([]);
  });

  it("points by colour only when nothing else has a good part of it", () => {
    expect(texts([dog, car], "colour")).toEqual(["the brown one → 0", "the red one → 1"]);
    expect(texts([dog, car, owl], "colour")).toEqual(["the brown one → 0", "the white one → 2"]);
  });

  it("points by place and by size", () => {
    expect(texts([dog, car, owl], "place")).toEqual(["the rightmost one → 1", "the lowest one → 2"]);
    expect(texts([dog, car, owl], "size")).toEqual(["the largest one → 1", "the smallest one → 2"]);
    expect(texts([dog], "size")).toEqual([]);
  });

  it("never says the same of two things, wherever they are", () => {
    const coordinate = fc.integer({ min: 0, max: 400 });
    const any = fc.tuple(
      coordinate,
      coordinate,
      fc.integer({ min: 20, max: 100 }),
      fc.option(fc.constantFrom(...colourNames), { nil: undefined }),
    );
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 6 }), (places) => {
        const things = places.map(([left, top, side, colour], at) => thing(`noun${at}`, left, top, side, colour));
        const said = referringExpressions(things).map(({ text }) => text);
        expect(new Set(said).size).toBe(said.length);
      }),
    );
  });

  it("captions from left to right", () => {
    expect(caption([car, dog, thing("corn", 150, 0)])).toBe("a dog, some corn and a car");
    expect(caption([dog])).toBe("a dog");
  });
});
