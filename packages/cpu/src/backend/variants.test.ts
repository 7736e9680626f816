import {
  attentionJvp,
  attentionVjp,
  createBackend,
  randomNormal,
  seededRandom,
  toFloat64,
  type Variant,
} from "@xattn/core";
import { relativeDistance } from "@xattn/core/testing";
import { causal } from "@xattn/masking";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CpuBackend, createCpuBackend } from "./backend.ts";

let backend: CpuBackend;
beforeAll(async () => {
  backend = await createCpuBackend({ threads: 2 });
});
afterAll(() => backend.dispose());

const random = seededRandom(17);
const problem = {
  query: randomNormal(random, [1, 4, 45, 16]),
  key: randomNormal(random, [1, 2, 45, 16]),
  value: randomNormal(random, [1, 2, 45, 24]),
  mask: causal(),
};
const outputGradient = randomNormal(random, [1, 4, 45, 24]);
const tangents = { query: randomNormal(random, [1, 4, 45, 16]), value: randomNormal(random, [1, 2, 45, 24]) };

const differentiable: readonly Variant[] = [{ kind: "standard" }, { kind: "chunked", chunk: 16 }, { kind: "linear" }];

it.each<Variant>([...differentiable, { kind: "topK", k: 5 }])(
  "computes %j as the reference does, and says so",
  (variant) => {
    const { output, path } = backend.attention({ ...problem, variant });
    const expected = createBackend("reference").attention({ ...problem, variant }).output;
    expect(relativeDistance(toFloat64(output), toFloat64(expected))).toBeLessThan(1e-6);
    expect(path).toContain("cpu/");
    expect(backend.capabilities.variants).toContain(variant.kind);
  },
);

it.each(differentiable)("differentiates %j in both directions", (variant) => {
  const gradients = backend.vjp({ ...problem, variant }, outputGradient);
  const expected = attentionVjp({ ...problem, variant }, outputGradient);
  for (const name of ["query", "key", "value"] as const) {
    expect(gradients[name].dtype).toBe("float32");
    expect(relativeDistance(toFloat64(gradients[name]), toFloat64(expected[name]))).toBeLessThan(1e-5);
  }
  const tangent = backend.jvp({ ...problem, variant }, tangents).output;
  const expectedTangent = attentionJvp({ ...problem, variant }, tangents).output;
  expect(relativeDistance(toFloat64(tangent), toFloat64(expectedTangent))).toBeLessThan(1e-5);
});

it("refuses what it has no kernels for", () => {
  expect(() => backend.attention({ ...problem, variant: { kind: "entmax" } })).toThrow(
    /does not compute entmax, but standard, chunked, topK, linear/,
  );
  expect(() => backend.vjp({ ...problem, variant: { kind: "topK", k: 3 } }, outputGradient)).toThrow(/top/i);
});
