import { describe, expect, it } from "vitest";
import { UnsupportedError } from "../errors/errors.ts";
import { seededRandom } from "../random/random.ts";
import { convert, toFloat64 } from "../tensor/convert.ts";
import { randomNormal } from "../tensor/random-normal.ts";
import { relativeDistance } from "../testing/distance.ts";
import { type AttentionOptions, attention } from "./attention.ts";

const random = seededRandom(11);
const [n, m, d, e, past] = [5, 7, 4, 3, 2];
const query = randomNormal(random, [1, 2, n, d]);
const key = randomNormal(random, [1, 1, m, d]);
const value = randomNormal(random, [1, 1, m, e]);
const earlier = { key: randomNormal(random, [1, 1, past, d]), value: randomNormal(random, [1, 1, past, e]) };

/** elu(x) + 1 */
const phi = (x: number) => (x > 0 ? x + 1 : Math.exp(x));

/** φ(qᵢ)·φ(kⱼ), normalized over the keys that query i sees. */
function expectedWeights(seen: (i: number, j: number) => boolean): number[] {
  const keys = [...earlier.key.data, ...key.data];
  return Array.from({ length: 2 * n }, (_, row) => {
    const similarities = Array.from({ length: past + m }, (_, j) => {
      let sum = 0;
      for (let c = 0; c < d; c += 1) sum += phi(query.data[row * d + c]!) * phi(keys[j * d + c]!);
      return seen(row % n, j) ? sum : 0;
    });
    const total = similarities.reduce((left, right) => left + right, 0);
    return similarities.map((similarity) => (total === 0 ? 0 : similarity / total));
  }).flat();
}

describe.each(["reference", "plain"] as const)("linear attention on the %s backend", (backend) => {
  const options: AttentionOptions = { variant: { kind: "linear" }, past: earlier, weights: true, backend };

  it.each([
    ["all keys", {}, () => true],
    ["a causal mask", { mask: { kind: "causal", alignment: { offset: -1 } } }, (i: number, j: number) => j <= i - 1],
  ] as const)("has weights that its output is made of, over %s", (_, masked, seen) => {
    const result = attention(query, key, value, { ...options, ...masked });
    const weights = expectedWeights(seen);
    expect(result.weights!.shape).toEqual([1, 2, n, past + m]);
    expect(relativeDistance(toFloat64(result.weights!), weights)).toBeLessThan(2e-6);
    const values = [...earlier.value.data, ...value.data];
    const output = Array.from({ length: 2 * n * e }, (_, at) => {
      const [row, column] = [Math.floor(at / e), at % e];
      return weights
        .slice(row * (past + m), (row + 1) * (past + m))
        .reduce((sum, weight, j) => sum + weight * values[j * e + column]!, 0);
    });
    expect(relativeDistance(toFloat64(result.output), output)).toBeLessThan(2e-6);
    expect(result.path).toBe(`${backend}/linear(elu+1)`);
  });

  it("keeps the element type that the backend promises and refuses a log-sum-exp", () => {
    const half = attention(convert(query, "float16"), key, value, { variant: { kind: "linear" }, backend });
    expect(half.output.dtype).toBe(backend === "plain" ? "float16" : "float64");
    expect(() => attention(query, key, value, { ...options, logSumExp: true })).toThrow(
      new UnsupportedError("outputs.logSumExp: linear(elu+1) is not normalized by a log-sum-exp"),
    );
  });
});
