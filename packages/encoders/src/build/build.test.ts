import { project, seededRandom, tensor } from "@xattn/core";
import { describe, expect, test } from "vitest";
import { recordedAttention } from "../record/fixture.ts";
import { largestDifference } from "../record/reproduction.ts";
import { constantsOf, withOutputs } from "./onnx.ts";
import { field, fieldsOf } from "./protobuf.ts";
import { traceAll } from "./trace-all.ts";
import { splitProjection, tracedError } from "./traced.ts";
import { hasVendor, VendorError } from "./vendor.ts";

const text = (word: string) => new TextEncoder().encode(word);

describe("an ONNX file", () => {
  const values = Float32Array.of(0.5, -2);
  const constant = (name: string) =>
    field(
      1,
      Buffer.concat([
        field(2, text(name)),
        field(5, field(5, field(9, new Uint8Array(values.buffer)))),
        field(4, text("Constant")),
      ]),
    );
  const model = field(7, Buffer.concat([constant("scale"), field(12, field(1, text("y")))]));

  test("gives the constants that are asked for", () => {
    expect(constantsOf(model, ["scale"])).toEqual({ scale: values });
    expect(() => constantsOf(model, ["scale", "other"])).toThrow(VendorError);
  });

  test("gets outputs behind its own", () => {
    const outputs = [...fieldsOf(withOutputs(model, ["softmax", "query"]))].flatMap(([number, graph]) => {
      expect(number).toBe(7);
      return [...fieldsOf(graph as Uint8Array)].filter(([of]) => of === 12).map(([, bytes]) => bytes as Uint8Array);
    });
    expect(outputs.map((bytes) => Buffer.from(bytes))).toEqual(
      ["y", "softmax", "query"].map((name) => Buffer.from(field(1, text(name)))),
    );
  });
});

test("a joint projection is query, key and value side by side", () => {
  const random = seededRandom(1);
  const numbers = (length: number) => Float32Array.from({ length }, () => random.normal());
  const [weight, bias, x] = [numbers(4 * 6), numbers(6), tensor([3, 4], numbers(12))];
  const joint = project(x, { weight: tensor([4, 6], weight), bias: tensor([6], bias) });
  const parts = splitProjection(weight, bias, 4);
  [parts.query, parts.key, parts.value].forEach((part, index) => {
    const columns = [0, 1, 2].flatMap((row) => [...joint.data.subarray(row * 6 + index * 2, row * 6 + index * 2 + 2)]);
    expect([...project(x, part).data]).toEqual(columns);
  });
});

// In CI their absence fails; elsewhere `pnpm --dir packages/encoders/vendor install` fetches them.
describe.skipIf(!hasVendor() && !process.env.CI)("the models themselves (packages/encoders/vendor)", () => {
  test("compute what the fixture says, and their weights give their softmax", async () => {
    const traced = await traceAll();
    const records = recordedAttention();
    expect(traced).toHaveLength(records.length);
    traced.forEach((trace, index) => {
      const { query, key, value, weights, ...rest } = trace.record;
      const recorded = records[index]!;
      expect(recorded).toMatchObject(rest);
      for (const [name, part] of Object.entries({ query, key, value, weights })) {
        expect(largestDifference(part, recorded[name as "query"])).toBeLessThan(1e-4);
      }
      expect(tracedError(trace)).toBeLessThan(1e-6);
      const { query: q, key: k, value: v } = trace.projections;
      expect(tracedError({ ...trace, projections: { query: k, key: q, value: v } })).toBeGreaterThan(1e-2);
    });
  });
});
