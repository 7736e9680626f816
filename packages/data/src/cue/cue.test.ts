import { seededRandom } from "@xattn/core";
import { describe, expect, it } from "vitest";
import { blankImage } from "../image/image.ts";
import type { Scene } from "../pack/scene.ts";
import { cellSide, gridSide, sceneSide } from "../scene/size.ts";
import { assignCues } from "./assign.ts";
import { drawMarker, markerSide, placeMarker } from "./marker.ts";
import { patchCellNumbers, patchCells, patchCorner, patchSide } from "./patch.ts";

const nobody = new Uint8Array(sceneSide * sceneSide);

describe("the marker", () => {
  it("stands beside the thing, where it hides nothing", () => {
    const box = { left: 200, top: 200, right: 300, bottom: 300 };
    expect(placeMarker(box, [nobody])).toMatchObject({ left: 304, top: 228 });
    const onTheRight = nobody.slice();
    for (let y = 0; y < sceneSide; y += 1) onTheRight.fill(255, y * sceneSide + 304, y * sceneSide + 400);
    expect(placeMarker(box, [nobody, onTheRight])).toMatchObject({ right: 196, top: 228 });
  });

  it("stays in the scene beside a thing in the corner", () => {
    const place = placeMarker({ left: 0, top: 0, right: sceneSide, bottom: 20 }, [nobody]);
    expect(Math.min(place.left, place.top)).toBeGreaterThanOrEqual(0);
    expect(Math.max(place.right, place.bottom)).toBeLessThanOrEqual(sceneSide);
  });

  it("changes pixels within its box alone", () => {
    const before = blankImage(sceneSide, sceneSide);
    const box = { left: 10, top: 30, right: 10 + markerSide, bottom: 30 + markerSide };
    const after = drawMarker(before, box);
    let changed = 0;
    for (let pixel = 0; pixel < sceneSide ** 2; pixel += 1) {
      if (after.data[pixel * 4] === 0) continue;
      changed += 1;
      const [x, y] = [pixel % sceneSide, Math.floor(pixel / sceneSide)];
      expect(x >= box.left && x < box.right && y >= box.top && y < box.bottom).toBe(true);
    }
    expect(changed / markerSide ** 2).toBeCloseTo(Math.PI / 4, 1);
    expect(before.data.every((value) => value === 0)).toBe(true);
  });

  it("lies in the middle of its patch, but at the border", () => {
    const at = (left: number, top: number) =>
      patchCorner({ left, top, right: left + markerSide, bottom: top + markerSide });
    const middle = 8 * cellSide + cellSide / 2 - markerSide / 2;
    expect(at(middle, middle)).toEqual({ column: 8 - (patchSide - 1) / 2, row: 8 - (patchSide - 1) / 2 });
    expect(at(0, sceneSide - markerSide)).toEqual({ column: 0, row: gridSide - patchSide });
    const cells = patchCellNumbers({ column: 2, row: 1 });
    expect(cells.length).toBe(patchCells);
    expect([cells[0], cells[1], cells[patchSide]]).toEqual([18, 19, 34]);
  });
});

describe("assignment of cues", () => {
  const scene = (id: number, things: number, hasCue = true) =>
    ({ id, split: "train", things: new Array(things).fill({}), hasCue, thumbnail: undefined }) as Scene;
  const scenes = Array.from({ length: 4000 }, (_, id) => scene(id, 4));

  it.each([0, 0.25, 0.6, 0.9, 1])("agrees with the answer as often as asked: %d", (correlation) => {
    const drawn = assignCues(scenes, correlation, seededRandom(2));
    const agreeing = drawn.filter(({ target, marked }) => target === marked).length / scenes.length;
    expect(Math.abs(agreeing - correlation)).toBeLessThanOrEqual(0.03 * (correlation > 0 && correlation < 1 ? 1 : 0));
    for (const thing of [0, 1, 2, 3]) {
      const asked = drawn.filter(({ target }) => target === thing).length / scenes.length;
      expect(asked).toBeCloseTo(0.25, 1);
      if (correlation === 1) continue;
      const wrong = drawn.filter(({ target, marked }) => target !== marked);
      expect(wrong.filter(({ marked }) => marked === thing).length / wrong.length).toBeCloseTo(0.25, 1);
    }
  });

  it("refuses what has no cue, and what is no probability", () => {
    expect(() => assignCues([scene(7, 4, false)], 0.5, seededRandom(1))).toThrow(/scene 7 has no cue/);
    expect(() => assignCues([scene(8, 1)], 0.5, seededRandom(1))).toThrow(/only one thing/);
    expect(() => assignCues(scenes, 1.1, seededRandom(1))).toThrow(/correlation: 1.1/);
    expect(() => assignCues(scenes, Number.NaN, seededRandom(1))).toThrow(RangeError);
  });
});
