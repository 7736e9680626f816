import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@xattn/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pointingAccuracy, wordRegression } from "../baseline/pointing.ts";
import { centredUnit } from "../build/figures.ts";
import { assignCues } from "../cue/assign.ts";
import { caption } from "../expressions/caption.ts";
import { referringExpressions } from "../expressions/expressions.ts";
import { cellCount, cellSide, gridSide } from "../scene/size.ts";
import { formatChecksums, parseChecksums } from "./checksums.ts";
import { PackError } from "./errors.ts";
import { packFileNames } from "./files.ts";
import { loadPack, packFolder } from "./load.ts";
import type { Scene } from "./scene.ts";

const pack = loadPack();
const thingsOf = (...scenes: readonly Scene[]) => scenes.flatMap(({ things }) => things);

describe("the files", () => {
  it("are all listed with the checksums they have, and no more than 8 MB", () => {
    const checksums = parseChecksums(readFileSync(join(packFolder, "SHA256SUMS"), "utf8"));
    const found = readdirSync(packFolder, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(packFolder, path)).isFile() && path !== "SHA256SUMS")
      .map((path) => path.replaceAll("\\", "/"));
    expect(found.sort()).toEqual([...checksums.keys()].sort());
    let bytes = 0;
    for (const path of found) {
      const content = readFileSync(join(packFolder, path));
      expect(createHash("sha256").update(content).digest("hex"), path).toBe(checksums.get(path));
      bytes += content.length;
    }
    expect(bytes).toBeLessThan(8_000_000);
  });

  it("keep what is under the GPL apart, with its licence", () => {
    const gpl = readdirSync(join(packFolder, "gpl"));
    expect(gpl.sort()).toEqual(["COPYING", "NOTICE.md", "thumbnails"]);
    expect(readFileSync(join(packFolder, "gpl/COPYING"), "utf8")).toMatch(/GNU GENERAL PUBLIC LICENSE\s+Version 2/);
    for (const { thumbnail } of pack.scenes) {
      if (thumbnail !== undefined) expect(existsSync(join(packFolder, thumbnail)), thumbnail).toBe(true);
    }
    for (const { file } of pack.photographs) expect(existsSync(join(packFolder, file)), file).toBe(true);
  });
});

describe("scenes", () => {
  const seen = new Set(pack.nouns.filter((noun) => noun.seen).map(({ text }) => text));

  it("show seen nouns in train, validation and test, and only others in unseen", () => {
    const known = (["train", "validation", "test"] as const).flatMap((split) => pack.scenesOf(split));
    expect(thingsOf(...known).every(({ noun }) => seen.has(noun))).toBe(true);
    expect(thingsOf(...pack.scenesOf("unseen")).some(({ noun }) => seen.has(noun))).toBe(false);
    expect(pack.nouns.filter((noun) => !noun.seen).length / pack.nouns.length).toBeGreaterThanOrEqual(0.25);
    expect(new Set(thingsOf(...pack.scenesOf("unseen")).map(({ noun }) => noun)).size).toBe(
      pack.nouns.length - seen.size,
    );
  });

  it("show held-out pictures in test alone", () => {
    const trained = new Set(
      thingsOf(...pack.scenesOf("train"), ...pack.scenesOf("validation")).map(({ stamp }) => stamp),
    );
    const fresh = thingsOf(...pack.scenesOf("test")).filter(({ pictureSeen }) => !pictureSeen);
    expect(fresh.length).toBeGreaterThan(50);
    expect(fresh.some(({ stamp }) => trained.has(stamp))).toBe(false);
    expect(thingsOf(...pack.scenesOf("train")).every(({ pictureSeen }) => pictureSeen)).toBe(true);
  });

  it("have masks within their boxes, and boxes filled to their borders", () => {
    for (const { box, coverage, noun } of thingsOf(...pack.scenes)) {
      const cells = Array.from(coverage, (part, cell) => ({
        part,
        column: cell % gridSide,
        row: Math.floor(cell / gridSide),
      }));
      const touched = cells.filter(({ part }) => part > 0);
      const [slack, message] = [1, `${noun} ${JSON.stringify(box)}`];
      expect(touched.length, message).toBeGreaterThan(0);
      // Up to a cell of faint border may lie outside the box of the half opaque pixels.
      expect(Math.min(...touched.map(({ column }) => column)), message).toBeGreaterThanOrEqual(
        Math.floor(box.left / cellSide) - slack,
      );
      expect(Math.max(...touched.map(({ column }) => column)), message).toBeLessThanOrEqual(
        Math.floor((box.right - 1) / cellSide) + slack,
      );
      expect(Math.min(...touched.map(({ row }) => row)), message).toBeGreaterThanOrEqual(
        Math.floor(box.top / cellSide) - slack,
      );
      expect(Math.max(...touched.map(({ row }) => row)), message).toBeLessThanOrEqual(
        Math.floor((box.bottom - 1) / cellSide) + slack,
      );
      const area = coverage.reduce((sum, part) => sum + part, 0) * cellSide ** 2;
      expect(area, message).toBeLessThanOrEqual(
        1.25 * (box.right - box.left) * (box.bottom - box.top) + 2 * cellSide ** 2,
      );
    }
  });

  it("never give one cell to more than all of it", () => {
    for (const { things } of pack.scenes) {
      for (let cell = 0; cell < cellCount; cell += 1) {
        const sum = things.reduce((total, { coverage }) => total + coverage[cell]!, 0);
        expect(sum).toBeLessThanOrEqual(1 + things.length / 15);
      }
    }
  });

  it("can all be captioned, and everything said of them has a vector", () => {
    for (const { things } of pack.scenes) {
      for (const { noun } of things) expect(caption(things)).toContain(noun);
      for (const { text } of referringExpressions(things)) expect(pack.vectorOf(text)).toHaveLength(100);
    }
  });
});

describe("features", () => {
  it("are fresh arrays of the grid", () => {
    const [scene] = pack.scenes as [Scene];
    const features = pack.featuresOf(scene);
    expect(features.length).toBe(cellCount * pack.featureWidth);
    const copy = features.slice();
    features.fill(0);
    expect(pack.featuresOf(scene)).toEqual(copy);
    expect(pack.photographFeatures(pack.photographs[0]!).length).toBe(copy.length);
    expect(pack.projectFeatures(new Float32Array(480 * 3)).length).toBe(3 * pack.featureWidth);
    expect(() => pack.featuresOf({ ...scene })).toThrow(RangeError);
  });

  it("tell things apart: a linear map from cells to words points far better than chance", () => {
    const vectors = centredUnit(
      pack.nouns.map(({ vector }) => vector),
      pack.nouns.flatMap((noun, index) => (noun.seen ? [index] : [])),
    );
    const asScene = (scene: Scene) => ({
      features: pack.featuresOf(scene),
      things: scene.things.map(({ nounIndex, coverage }) => ({ vector: vectors[nounIndex]!, coverage })),
    });
    const regression = wordRegression(pack.featureWidth, 100);
    for (const scene of pack.scenesOf("train").slice(0, 400)) regression.add(asScene(scene));
    const model = regression.solve(1e-3);
    const test = pointingAccuracy(model, pack.scenesOf("test").slice(0, 60).map(asScene));
    const unseen = pointingAccuracy(model, pack.scenesOf("unseen").slice(0, 60).map(asScene));
    expect(test.choice).toBeGreaterThan(test.choiceChance + 0.2);
    expect(test.cell).toBeGreaterThan(3 * test.cellChance);
    expect(unseen.choice).toBeGreaterThan(unseen.choiceChance + 0.05);
  });

  it("with the marker change around it, and nowhere else", () => {
    const scenes = pack.scenes.filter(({ hasCue }) => hasCue);
    expect(scenes.length).toBeGreaterThan(200);
    for (const { scene, marked } of assignCues(scenes.slice(0, 40), 0.5, seededRandom(4))) {
      const [without, cued] = [pack.featuresOf(scene), pack.featuresWithCue(scene, marked)];
      const { left, top } = pack.markerBoxOf(scene, marked)!;
      const changeAt = (cell: number) => {
        const row = cell * pack.featureWidth;
        return Math.hypot(...cued.subarray(row, row + pack.featureWidth).map((value, k) => value - without[row + k]!));
      };
      const changes = Array.from({ length: cellCount }, (_, cell) => changeAt(cell));
      const [column, row] = [Math.floor((left + 22) / cellSide), Math.floor((top + 22) / cellSide)];
      changes.forEach((change, cell) => {
        const far = Math.max(Math.abs((cell % gridSide) - column), Math.abs(Math.floor(cell / gridSide) - row)) > 6;
        if (far) expect(change).toBe(0);
      });
      const middle = changes[row * gridSide + column]!;
      expect(middle).toBeGreaterThan(0.3 * Math.max(...changes));
    }
    const plain = pack.scenes.find(({ hasCue }) => !hasCue)!;
    expect(() => pack.featuresWithCue(plain, 0)).toThrow(/does not know scene/);
    expect(pack.markerBoxOf(plain, 0)).toBeUndefined();
  });
});

describe("words", () => {
  it("lie near words of like meaning", () => {
    const likeness = (first: string, second: string) => {
      const [a, b] = [pack.vectorOf(first), pack.vectorOf(second)];
      return a.reduce((sum, value, k) => sum + value * b[k]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
    };
    expect(likeness("dog", "fox")).toBeGreaterThan(likeness("dog", "trumpet"));
    expect(likeness("violin", "cello")).toBeGreaterThan(likeness("violin", "tomato"));
    expect(pack.vectorOf("the red one")).toEqual(Float32Array.from(pack.words.get("red")!));
    expect(() => pack.vectorOf("the zyzzyva")).toThrow(/no vector for "zyzzyva"/);
    expect(() => pack.vectorOf("the one")).toThrow(RangeError);
  });
});

describe("a damaged pack", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "xattn-pack-"));
    for (const name of [...packFileNames, "SHA256SUMS"]) cpSync(join(packFolder, name), join(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const sums = () => parseChecksums(readFileSync(join(folder, "SHA256SUMS"), "utf8"));
  const replace = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    const checksum = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(folder, "SHA256SUMS"), formatChecksums(new Map([...sums(), [name, checksum]])));
  };

  it("is refused by its checksum, its version, its shape, and when a file is missing", () => {
    expect(loadPack(folder).scenes).toHaveLength(pack.scenes.length);
    const words = readFileSync(join(folder, "words.safetensors"));
    const flipped = Uint8Array.from(words);
    flipped[flipped.length - 1] = flipped.at(-1)! ^ 1;
    writeFileSync(join(folder, "words.safetensors"), flipped);
    expect(() => loadPack(folder)).toThrow(/words\.safetensors: its SHA-256 is/);
    writeFileSync(join(folder, "words.safetensors"), words);

    const index = JSON.parse(readFileSync(join(folder, "index.json5"), "utf8"));
    const asBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    replace("index.json5", asBytes({ ...index, version: 2 }));
    expect(() => loadPack(folder)).toThrow(/the pack's version is 2, this program reads 1/);
    replace("index.json5", asBytes({ ...index, words: index.words.slice(1) }));
    expect(() => loadPack(folder)).toThrow(/words\.safetensors: vectors is F32 of shape/);
    replace("index.json5", asBytes({ ...index, nouns: index.nouns.slice(0, 5) }));
    expect(() => loadPack(folder)).toThrow(/which index\.json5 does not name/);
    rmSync(join(folder, "index.json5"));
    expect(() => loadPack(folder)).toThrow(PackError);
    expect(() => parseChecksums("nonsense")).toThrow(PackError);
  });
});
