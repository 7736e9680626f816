import {
  alibi,
  type alibi as alibiOf,
  and,
  block,
  causal,
  compileModifiers,
  dense,
  document,
  evaluateMask,
  global,
  type Mask,
  type MaskSizes,
  not,
  or,
  padding,
  prefix,
  printMask,
  relativeBias,
  type ScoreModifier,
  softcap,
  strided,
  window,
} from "@xattn/masking";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { Recorder } from "../backend/recorder.ts";
import { DeviceSession } from "../device/session.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { declare, sizesBinding, tablesBinding } from "../wgsl/bindings.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { sizesStruct } from "../wgsl/sizes.ts";
import { Tables, tableFunctions } from "../wgsl/tables.ts";
import { maskCondition } from "./condition.ts";
import { hyperbolicTangent, modifierStatements } from "./modifiers.ts";

type Alignment = ReturnType<typeof alibiOf>["alignment"];

const sizes: MaskSizes = { batch: 2, heads: 2, queries: 7, keys: 9 };
const { batch, heads, queries, keys } = sizes;
const count = batch * heads * queries * keys;

const list = <T>(item: fc.Arbitrary<T>, length: number) => fc.array(item, { minLength: length, maxLength: length });
const perBatch = (item: fc.Arbitrary<number>) => fc.oneof(item, list(item, batch));
const offset = fc.oneof(fc.integer({ min: -11, max: 11 }), fc.constantFrom(-(2 ** 40), 2 ** 40, 2 ** 31));
const alignments = (offsets: fc.Arbitrary<number>): fc.Arbitrary<Alignment> =>
  fc.oneof(
    fc.constantFrom<Alignment>("top-left", "bottom-right"),
    perBatch(offsets).map((value) => ({ offset: value })),
  );
const alignment = alignments(offset);
const side = fc.option(fc.oneof(fc.nat({ max: 6 }), fc.constantFrom(2 ** 40, 2 ** 31 + 3)));
const ids = (length: number) => {
  const row = list(fc.constantFrom(-1, 0, 1, 2 ** 40), length);
  return fc.oneof(row, list(row, batch));
};
const lengths = (axis: number) => fc.option(list(fc.nat({ max: axis }), batch), { nil: undefined });
const size = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(2 ** 33));
const axes = [batch, heads, queries, keys];

const leaf: fc.Arbitrary<Mask> = fc.oneof(
  fc.constantFrom<Mask>({ kind: "all" }, { kind: "none" }),
  alignment.map(causal),
  fc.tuple(side, side, alignment).map(([left, right, at]) => window(left, right, at)),
  perBatch(fc.oneof(fc.nat({ max: 11 }), fc.constant(2 ** 40))).map(prefix),
  fc.tuple(ids(queries), ids(keys)).map(([ofQueries, ofKeys]) => document(ofQueries, ofKeys)),
  fc
    .tuple(size, size)
    .chain(([rows, columns]) =>
      list(list(fc.boolean(), Math.ceil(keys / columns)), Math.ceil(queries / rows)).map((pattern) =>
        block(pattern, { queries: rows, keys: columns }),
      ),
    ),
  fc
    .tuple(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(2 ** 31, 2 ** 40)), alignment)
    .map(([step, at]) => strided(step, at)),
  fc
    .record({
      queries: fc.array(fc.nat({ max: 8 }), { maxLength: 3 }),
      keys: fc.array(fc.nat({ max: 10 }), { maxLength: 3 }),
    })
    .map(global),
  fc
    .record({ keys: lengths(keys), queries: lengths(queries) })
    .map((one) => padding({ ...(one.keys && { keys: one.keys }), ...(one.queries && { queries: one.queries }) })),
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), list(fc.boolean(), 4))
    .map(([start, kept]) => axes.map((axis, at) => (kept[at] ? axis : 1)).slice(start))
    .chain((shape) =>
      list(
        fc.boolean(),
        shape.reduce((product, axis) => product * axis, 1),
      ).map((allowed) => dense(shape, allowed)),
    ),
);

const tree = fc.letrec<{ tree: Mask }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }).map((masks) => and(...masks)),
    fc.array(tie("tree"), { maxLength: 3 }).map((masks) => or(...masks)),
    tie("tree").map(not),
  ),
})).tree;

describeOnDevice("what is looked up on the device", () => {
  const session = () => new DeviceSession(backend().device, false);
  let recorder: Recorder | undefined;
  afterAll(async () => {
    await recorder?.session.close();
    await backend().dispose();
  });

  /** Runs functions of (b, h, i, j), one result each, at every place; results are words. */
  async function everywhere(functions: readonly string[], tables: Tables): Promise<Uint32Array> {
    recorder ??= new Recorder(session());
    const bindings = [sizesBinding, tablesBinding, { name: "results", kind: "write", type: "array<u32>" } as const];
    const shader: Shader = {
      title: "functions everywhere",
      bindings: bindings.map(({ kind }) => kind),
      code: `${sizesStruct}
${declare(bindings)}
${tableFunctions}
${hyperbolicTangent}
${functions.map((body, at) => `fn f${at}(b: u32, h: u32, i: u32, j: u32) -> u32 {\n${body}\n}`).join("\n")}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) place: vec3u) {
  let at = place.x;
  if (at < ${count}u) {
    let j = at % ${keys}u;
    let i = at / ${keys}u % ${queries}u;
    let h = at / ${queries * keys}u % ${heads}u;
    let b = at / ${heads * queries * keys}u;
${functions.map((_, f) => `    results[${f * count}u + at] = f${f}(b, h, i, j);`).join("\n")}
  }
}`,
    };
    const results = recorder.take(4 * count * functions.length, "results");
    const data = recorder.upload(tables.data(), "tables");
    const none = 0;
    const unused = { queries, keys, past: none, heads, keyHeads: heads, rows: none, firstBatch: none, firstHead: none };
    const more = { firstQuery: none, firstKey: none, keyTiles: none, tilesPerSplit: none, part: none, scale: 1 };
    const bias = { biasBatch: none, biasHead: none, biasQuery: none, biasKey: none };
    const pipeline = await recorder.session.pipelines.get(shader);
    recorder.run(pipeline, shader, { ...unused, ...more, ...bias }, [data, results], [Math.ceil(count / 64), 1, 1]);
    const [bytes] = await recorder.download([{ buffer: results, bytes: 4 * count * functions.length }]);
    recorder.release(data);
    recorder.release(results);
    recorder.flush();
    return new Uint32Array(bytes!);
  }

  function* places() {
    let at = 0;
    for (let b = 0; b < batch; b += 1)
      for (let h = 0; h < heads; h += 1)
        for (let i = 0; i < queries; i += 1) for (let j = 0; j < keys; j += 1) yield { at: at++, b, h, i, j };
  }

  it("masks say what their definition says, everywhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 12, maxLength: 12 }), async (masks) => {
        const tables = new Tables();
        const functions = masks.map((mask) => `  return select(0u, 1u, ${maskCondition(mask, sizes, tables)});`);
        const results = await everywhere(functions, tables);
        for (const [f, mask] of masks.entries()) {
          for (const { at, b, h, i, j } of places()) {
            const expected = evaluateMask(mask, { batch: b, head: h, query: i, key: j }, sizes);
            if (results[f * count + at] !== Number(expected)) {
              expect.fail(`${printMask(mask)} at ${[b, h, i, j]} is ${expected}: ${JSON.stringify(mask)}`);
            }
          }
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it("score modifiers change logits by their definition", async () => {
    const near = alignments(fc.integer({ min: -11, max: 11 }));
    const number = fc.double({ min: -3, max: 3, noNaN: true });
    const modifier: fc.Arbitrary<ScoreModifier> = fc.oneof(
      fc.double({ min: 0.01, max: 50, noNaN: true }).map(softcap),
      fc.tuple(list(number, heads), near).map(([slopes, at]) => alibi(slopes, at)),
      fc.tuple(list(list(number, 5), heads), near).map(([table, at]) => relativeBias(table, at)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(modifier, { maxLength: 3 }), { minLength: 8, maxLength: 8 }),
        async (lists) => {
          const tables = new Tables();
          const logits = Float32Array.from({ length: count }, (_, at) => ((at * 37) % 101) / 20 - 2.5);
          const logit = tables.floats(logits)(`((b * ${heads}u + h) * ${queries}u + i) * ${keys}u + j`);
          const functions = lists.map((modifiers) => {
            const statements = modifierStatements(modifiers, sizes, tables);
            return `  var x = ${logit};\n  ${statements.join("\n  ")}\n  return bitcast<u32>(x);`;
          });
          const results = new Float32Array((await everywhere(functions, tables)).buffer);
          for (const [f, modifiers] of lists.entries()) {
            const expected = compileModifiers(modifiers, sizes);
            for (const { at, b, h, i, j } of places()) {
              const value = expected(logits[at]!, b, h, i, j);
              // Sums of numbers up to 60 lose what is beyond float32; everything else keeps six digits.
              expect(Math.abs(results[f * count + at]! - value)).toBeLessThanOrEqual(
                2e-6 * Math.max(8, Math.abs(value)),
              );
            }
          }
        },
      ),
      { numRuns: 6 },
    );
  }, 120_000);

  it("refuses modifiers that stand beyond 32 bits", () => {
    expect(() => modifierStatements([alibi([1, 1], { offset: 2 ** 40 })], sizes, new Tables())).toThrow("2³⁰");
  });
});
