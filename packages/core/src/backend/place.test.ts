import { describe, expect, it } from "vitest";
import { seededRandom } from "../random/random.ts";
import { zeros } from "../tensor/create.ts";
import { randomNormal } from "../tensor/random-normal.ts";
import { backendNames, createBackend } from "./create.ts";

const outputs = { reference: "float64", plain: "float32" } as const;

describe.each(backendNames)("%s: a place for the output", (name) => {
  const random = seededRandom(3);
  const problem = {
    query: randomNormal(random, [1, 2, 5, 4]),
    key: randomNormal(random, [1, 2, 6, 4]),
    value: randomNormal(random, [1, 2, 6, 3]),
  };
  const backend = createBackend(name);

  it("is filled and returned", () => {
    const into = zeros([1, 2, 5, 3], outputs[name]);
    const { output } = backend.attention(problem, {}, { into });
    expect(output).toBe(into);
    expect([...into.data]).toEqual([...backend.attention(problem).output.data]);
  });

  it("must have the output's shape and type", () => {
    expect(() => backend.attention(problem, {}, { into: zeros([1, 2, 5, 4], "float32") })).toThrow(
      "into: shape [1, 2, 5, 4] does not fit: needs [b, h, n, e] = [1, 2, 5, 3]",
    );
    expect(() => backend.attention(problem, {}, { into: zeros([1, 2, 5, 3], "float16") })).toThrow(
      `into: is float16, and the output is ${outputs[name]}`,
    );
  });
});
