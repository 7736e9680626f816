import { seededRandom } from "@xattn/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantiate } from "../assembler/testing/instantiate.ts";
import { runs } from "../engine/choose.ts";
import { type Engine, engines } from "../engine/engine.ts";
import { lastPanel, paddedKeys, paddedValues } from "../exact/layout.ts";
import { pack, packAll, packDescriptorBytes, packWord } from "../exact/pack.ts";

interface Drawn {
  readonly groups: number;
  readonly past: number;
  readonly fresh: number;
  readonly strange: number | undefined;
  readonly seed: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  groups: fc.integer({ min: 1, max: 3 }),
  past: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 })),
  fresh: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(8, 9, 16, 24, 25, 32)),
  strange: fc.constantFrom(undefined, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  seed: fc.nat(),
});

const factor = Math.fround(0.3);
/** What memory holds before: packing must leave it wherever it writes nothing. */
const untouched = Math.fround(-12345.678);

/** Packs random inputs, all units one by one or all in one call. */
function packed(engine: Engine, shape: { d: number; e: number; values: boolean }) {
  const { d, e } = shape;
  const module = instantiate([pack(engine, shape), packAll()], engine);
  return ({ groups, past, fresh, strange, seed }: Drawn, together: boolean) => {
    const { float32, int32 } = module;
    const random = seededRandom(seed);
    const m = past + fresh;
    let end = 1024;
    float32.fill(untouched);
    const take = (floats: number, fill?: () => number) => {
      const at = end;
      end += 4 * floats + 64;
      if (fill) for (let index = 0; index < floats; index += 1) float32[at / 4 + index] = fill();
      return at;
    };
    const normal = () => random.normal();
    const descriptor = take(packDescriptorBytes / 4);
    const panels = lastPanel(engine, m).from / (4 * engine.vectors) + 1;
    const keyFloats = paddedKeys(engine, m) * d;
    const valueFloats = m * paddedValues(engine, e);
    const words = {
      key: take(groups * fresh * d, normal),
      value: take(groups * fresh * e, normal),
      pastKey: take(groups * past * d, normal),
      pastValue: take(groups * past * e, normal),
      past,
      m,
      panels,
      packedKeys: take(groups * keyFloats),
      packedValues: take(groups * valueFloats),
      keyBytes: 4 * keyFloats,
      valueBytes: 4 * valueFloats,
      zeros: take(d, () => 0),
      careful: take(1, () => 0),
      units: groups * panels,
    };
    for (const [name, value] of Object.entries(words)) {
      int32[(descriptor + packWord[name as keyof typeof words]) / 4] = value;
    }
    float32[(descriptor + packWord.factor) / 4] = factor;
    const place = Math.floor(random.uniform() * groups * m * e);
    const at = (name: "key" | "value", group: number, row: number, width: number) => {
      const [recent, earlier] = name === "key" ? [words.key, words.pastKey] : [words.value, words.pastValue];
      return (
        (row < past ? earlier + 4 * (group * past + row) * width : recent + 4 * (group * fresh + row - past) * width) /
        4
      );
    };
    if (strange !== undefined) {
      const row = Math.floor(place / e);
      float32[at("value", Math.floor(row / m), row % m, e) + (place % e)] = strange;
    }
    const before = float32.slice(0, words.packedKeys / 4);
    if (together) module.call("packAll", descriptor, 0, 0);
    else for (let unit = words.units - 1; unit >= 0; unit -= 1) module.call("pack", descriptor, unit, 0);
    expect(float32.slice(0, words.packedKeys / 4)).toEqual(before);
    return { ...words, m, float32, careful: int32[words.careful / 4]!, end, at };
  };
}

/** Where element (row, column) of values lies in panels [e / width][m][width]. */
const inPanels = (row: number, column: number, m: number, width: number) =>
  (Math.floor(column / width) * m + row) * width + (column % width);

const here = engines.filter((engine) => runs(engine, false));

describe.each(here)("packing, $name kernels", (engine) => {
  const panel = 4 * engine.vectors;
  const shapes = [
    { d: 1, e: 1 },
    { d: 4, e: panel },
    { d: 7, e: panel + 3 },
    { d: 18, e: 2 * panel - 4 },
  ];

  it.each(shapes)("lays keys and values of widths $d and $e out in panels", ({ d, e }) => {
    const run = packed(engine, { d, e, values: true });
    fc.assert(
      fc.property(drawn, fc.boolean(), (sizes, together) => {
        const { float32, m, at, ...words } = run(sizes, together);
        for (let group = 0; group < sizes.groups; group += 1) {
          const expectedKeys = new Float32Array(words.keyBytes / 4);
          const narrow = lastPanel(engine, m);
          for (let row = 0; row < m; row += 1) {
            const first = Math.floor(row / panel) * panel;
            const width = first === narrow.from ? narrow.width : panel;
            for (let c = 0; c < d; c += 1) {
              expectedKeys[first * d + c * width + (row - first)] = Math.fround(
                float32[at("key", group, row, d) + c]! * factor,
              );
            }
          }
          const keys = (words.packedKeys + group * words.keyBytes) / 4;
          expect(float32.slice(keys, keys + expectedKeys.length)).toEqual(expectedKeys);
          const expectedValues = new Float32Array(words.valueBytes / 4);
          for (let row = 0; row < m; row += 1) {
            for (let c = 0; c < e; c += 1) {
              expectedValues[inPanels(row, c, m, panel)] = float32[at("value", group, row, e) + c]!;
            }
          }
          const values = (words.packedValues + group * words.valueBytes) / 4;
          expect(float32.slice(values, values + expectedValues.length)).toEqual(expectedValues);
        }
        expect(words.careful).toBe(sizes.strange === undefined ? 0 : 1);
        expect(float32[words.packedKeys / 4 + (sizes.groups * words.keyBytes) / 4]).toBe(untouched);
        expect(float32[words.packedValues / 4 + (sizes.groups * words.valueBytes) / 4]).toBe(untouched);
      }),
      { numRuns: 40 },
    );
  });

  it("leaves the values alone when it is for keys", () => {
    const run = packed(engine, { d: 5, e: 6, values: false });
    fc.assert(
      fc.property(drawn, (sizes) => {
        const { float32, packedValues, valueBytes, careful } = run(sizes, true);
        const values = float32.subarray(packedValues / 4, packedValues / 4 + (sizes.groups * valueBytes) / 4);
        expect(values.every((value) => value === untouched)).toBe(true);
        expect(careful).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});
