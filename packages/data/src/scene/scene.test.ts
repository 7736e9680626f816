import { seededRandom } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groups, nouns } from "../catalogue/nouns.ts";
import { blankImage, type Image } from "../image/image.ts";
import { background } from "./background.ts";
import { areNear } from "./cast.ts";
import { compose } from "./compose.ts";
import { drawGrain } from "./ground-grain.ts";
import { layOut, overlap } from "./layout.ts";
import { boxOf, coverageOf } from "./mask.ts";
import { planScenes } from "./plan.ts";
import { renderScene } from "./render.ts";
import { cellCount, sceneSide } from "./size.ts";
import { splitNouns } from "./split-nouns.ts";

const seed = () => seededRandom(9);
const grain = drawGrain(seed().fork("grain"));
const nounSplit = splitNouns(nouns, seed());

function flat(width: number, height: number, colour: readonly [number, number, number, number]): Image {
  const image = blankImage(width, height);
  for (let at = 0; at < image.data.length; at += 4) image.data.set(colour, at);
  return image;
}

describe("the split of nouns", () => {
  it("holds out at least a quarter of each group, and one picture of every seen noun that has several", () => {
    const { seen, unseen, heldOutStamps } = nounSplit;
    expect([...seen, ...unseen].sort((a, b) => a - b)).toEqual(nouns.map((_, index) => index));
    for (const group of groups) {
      const members = nouns.flatMap((noun, index) => (noun.group === group ? [index] : []));
      expect(members.filter((index) => unseen.includes(index)).length).toBeGreaterThanOrEqual(members.length / 4);
    }
    for (const index of seen) {
      const { stamps } = nouns[index]!;
      const held = stamps.filter((stamp) => heldOutStamps.includes(stamp));
      expect(held.length).toBe(stamps.length > 1 ? 1 : 0);
    }
    expect(splitNouns(nouns, seed())).toEqual(nounSplit);
    expect(splitNouns(nouns, seededRandom(10)).unseen).not.toEqual(unseen);
  });
});

describe("plans", () => {
  const plans = (["train", "test", "unseen"] as const).map((split) => planScenes(nouns, nounSplit, split, 400, seed()));
  const [train, test, unseen] = plans as [(typeof plans)[0], (typeof plans)[0], (typeof plans)[0]];
  const held = new Set(nounSplit.heldOutStamps);
  const stampsOf = (scenes: typeof train) =>
    scenes.flatMap(({ things }) => things.map(({ noun, stamp }) => nouns[noun]!.stamps[stamp]!));

  it("deal nouns equally often, and none with one that is near", () => {
    const counts = new Map<number, number>();
    for (const { things } of train) {
      for (const { noun } of things) counts.set(noun, (counts.get(noun) ?? 0) + 1);
      things.forEach(({ noun }, at) => {
        for (const other of things.slice(at + 1)) expect(areNear(nouns[noun]!, nouns[other.noun]!)).toBe(false);
      });
    }
    expect(counts.size).toBe(nounSplit.seen.length);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThan(4);
    expect(train.filter(({ things }) => things.length === 4).length).toBeGreaterThan(320);
  });

  it("keep unseen nouns and held-out pictures out of training", () => {
    const nounsOf = (scenes: typeof train) => new Set(scenes.flatMap(({ things }) => things.map(({ noun }) => noun)));
    expect([...nounsOf(unseen)].every((noun) => nounSplit.unseen.includes(noun))).toBe(true);
    expect([...nounsOf(train), ...nounsOf(test)].some((noun) => nounSplit.unseen.includes(noun))).toBe(false);
    expect(stampsOf(train).some((stamp) => held.has(stamp))).toBe(false);
    expect(stampsOf(test).filter((stamp) => held.has(stamp)).length).toBeGreaterThan(100);
  });

  it("do not change when more scenes follow", () => {
    expect(planScenes(nouns, nounSplit, "train", 20, seed())).toEqual(train.slice(0, 20));
  });
});

describe("layout", () => {
  it("keeps things within the scene and nearly apart, in their proportions", () => {
    const extent = fc.record({ width: fc.integer({ min: 20, max: 400 }), height: fc.integer({ min: 20, max: 400 }) });
    fc.assert(
      fc.property(fc.array(extent, { minLength: 1, maxLength: 6 }), fc.integer(), (extents, anySeed) => {
        const boxes = layOut(extents, seededRandom(anySeed));
        boxes.forEach(({ left, top, right, bottom }, at) => {
          expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
          expect(Math.max(right, bottom)).toBeLessThanOrEqual(sceneSide);
          const { width, height } = extents[at]!;
          expect(Math.abs((right - left) * height - (bottom - top) * width)).toBeLessThanOrEqual(width + height);
          for (const other of boxes.slice(at + 1)) expect(overlap(boxes[at]!, other)).toBeLessThanOrEqual(0.06);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe("composition", () => {
  const ground = flat(sceneSide, sceneSide, [0, 0, 0, 255]);
  const square = (left: number, top: number, side: number, alpha = 255) => ({
    image: flat(side, side, [200, 100, 0, alpha]),
    box: { left, top, right: left + side, bottom: top + side },
  });

  it("takes from a mask what a later thing covers", () => {
    const { image, masks } = compose(ground, [square(0, 0, 64), square(32, 0, 64)]);
    expect([...image.data.subarray(0, 4)]).toEqual([200, 100, 0, 255]);
    expect(boxOf(masks[0]!)).toEqual({ left: 0, top: 0, right: 32, bottom: 64 });
    expect(boxOf(masks[1]!)).toEqual({ left: 32, top: 0, right: 96, bottom: 64 });
    const coverage = coverageOf(masks[0]!);
    expect([coverage[0], coverage[1], coverage[16], coverage[32]]).toEqual([1, 0, 1, 0]);
  });

  it("lets the ground through where a thing is half transparent", () => {
    const { image, masks } = compose(ground, [square(16, 0, 32, 51)]);
    expect([...image.data.subarray(16 * 4, 16 * 4 + 3)]).toEqual([40, 20, 0]);
    expect(boxOf(masks[0]!)).toBeUndefined();
    expect(coverageOf(masks[0]!)[0]).toBeCloseTo(0.1, 6);
  });
});

describe("rendering", () => {
  const photographs = [flat(300, 200, [90, 120, 60, 255])];
  const material = { photographs, grain };
  const cutOuts = [
    { image: flat(100, 50, [220, 30, 30, 255]), mirrored: false },
    { image: flat(60, 90, [30, 60, 200, 255]), mirrored: true },
  ];

  it("measures what it drew: boxes, coverage and colours agree with the masks", () => {
    const { image, things } = renderScene(cutOuts, material, seed());
    expect([image.width, image.height]).toEqual([sceneSide, sceneSide]);
    expect(things.map(({ colours }) => colours.main)).toEqual(["red", "blue"]);
    for (const { box, mask, coverage } of things) {
      const seen = mask.reduce((sum, value) => sum + value, 0) / 255;
      expect((box.right - box.left) * (box.bottom - box.top)).toBeCloseTo(seen, 0);
      expect(coverage.reduce((sum, part) => sum + part, 0) * (sceneSide ** 2 / cellCount)).toBeCloseTo(seen, 0);
    }
    expect(Buffer.compare(renderScene(cutOuts, material, seed()).image.data, image.data)).toBe(0);
  });

  it("draws opaque grounds that differ, of photographs and without", () => {
    const grounds = [photographs, []].map((from) => background(from, grain, seed()));
    for (const { data } of grounds) expect(data.every((value, at) => at % 4 !== 3 || value === 255)).toBe(true);
    expect(Buffer.compare(background(photographs, grain, seededRandom(1)).data, grounds[0]!.data)).not.toBe(0);
  });
});
