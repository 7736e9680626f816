import {
  convert,
  fromNumbers,
  type RecurrentProblem,
  randomNormal,
  referenceRecurrentAttention,
  seededRandom,
  type Tensor,
  tensor,
  toFloat64,
  type UpdateRule,
  zeros,
} from "@xattn/core";
import { type ConformanceCase, findCaseFolder, mismatch, readCases } from "@xattn/core/conformance";
import { relativeDistance } from "@xattn/core/testing";
import { afterAll, expect, it } from "vitest";
import { backend, describeOnDevice, gpu } from "../testing/open.ts";

const rules: readonly UpdateRule[] = ["linear", "gated", "delta", "gated_delta"];

interface Drawn {
  readonly rule: UpdateRule;
  readonly keyHeads?: number;
  readonly perRow?: boolean;
  readonly oneBeta?: boolean;
  readonly past?: boolean;
}

function draw({ rule, keyHeads = 2, perRow, oneBeta, past }: Drawn): RecurrentProblem {
  const random = seededRandom(3);
  const [batch, steps, heads, d, e] = [2, 9, 4, 6, 70] as const;
  const scaled = (source: Tensor, factor: number) =>
    tensor(
      [...source.shape],
      Float32Array.from(source.data, (value) => factor * value),
    );
  const decay = randomNormal(random, [batch, steps, keyHeads * (perRow ? d : 1)]);
  return {
    query: randomNormal(random, [batch, steps, heads * d]),
    key: scaled(randomNormal(random, [batch, steps, keyHeads * d]), 1 / Math.sqrt(d)),
    value: randomNormal(random, [batch, steps, keyHeads * e]),
    heads,
    keyHeads,
    updateRule: rule,
    ...(rule.startsWith("gated") && {
      decay: tensor(
        decay.shape,
        decay.data.map((x) => -Math.abs(x)),
      ),
    }),
    ...(rule.endsWith("delta") && { beta: scaled(randomNormal(random, [batch, steps, oneBeta ? 1 : keyHeads]), 0.5) }),
    ...(past && { pastState: randomNormal(random, [batch, keyHeads, d, e]), scale: 0.7 }),
  };
}

afterAll(() => gpu?.dispose());

describeOnDevice("recurrent linear attention on the device", () => {
  it.each<Drawn>([
    ...rules.map((rule) => ({ rule })),
    { rule: "gated", perRow: true, past: true },
    { rule: "gated_delta", keyHeads: 1, oneBeta: true, past: true },
    { rule: "gated_delta", keyHeads: 4, perRow: true },
  ])("is as the float64 reference: %j", async (drawn) => {
    const problem = draw(drawn);
    const actual = await backend().recurrent(problem);
    const expected = referenceRecurrentAttention(problem);
    for (const part of ["output", "presentState"] as const) {
      expect(actual[part].shape).toEqual(expected[part].shape);
      expect(relativeDistance(toFloat64(actual[part]), toFloat64(expected[part]))).toBeLessThan(2e-6);
    }
    expect(backend().memory().buffers).toBe(0);
  });

  it("goes on from the state that a call gives, and keeps element types", async () => {
    const problem = draw({ rule: "gated_delta" });
    const part = (source: Tensor, first: number, last: number) => {
      const [batch, steps, width] = source.shape as [number, number, number];
      const rows = Array.from({ length: batch }, (_, b) => [
        ...source.data.subarray((b * steps + first) * width, (b * steps + last) * width),
      ]);
      return fromNumbers([batch, last - first, width], rows.flat(), "float32");
    };
    const cut = (first: number, last: number): RecurrentProblem => ({
      ...problem,
      query: part(problem.query, first, last),
      key: part(problem.key, first, last),
      value: part(problem.value, first, last),
      decay: part(problem.decay!, first, last),
      beta: part(problem.beta!, first, last),
    });
    const early = await backend().recurrent(cut(0, 4));
    const late = await backend().recurrent({ ...cut(4, 9), pastState: early.presentState });
    const whole = await backend().recurrent(problem);
    expect(relativeDistance(toFloat64(late.presentState), toFloat64(whole.presentState))).toBeLessThan(1e-6);
    const half = await backend().recurrent({ ...problem, query: convert(problem.query, "float16") });
    expect([half.output.dtype, half.presentState.dtype]).toEqual(["float16", "float16"]);
    expect(relativeDistance(toFloat64(half.output), toFloat64(whole.output))).toBeLessThan(2e-3);
  });

  it("refuses what is not sound", async () => {
    const problem = draw({ rule: "linear" });
    await expect(backend().recurrent({ ...problem, key: zeros([2, 8, 12]) })).rejects.toThrow("key: shape");
    await expect(backend().recurrent({ ...problem, value: zeros([2, 9, 140], "float64") })).rejects.toThrow(
      /value: .*float64/,
    );
  });
});

const folder = findCaseFolder(process.env);

if (!folder.exists && !folder.told) {
  console.warn(`SKIPPED: no conformance cases in ${folder.path}; name their folder in XATTN_CONFORMANCE_DIR`);
  it.skip("ONNX LinearAttention on the webgpu backend (no folder of cases)", () => {});
} else {
  const cases = readCases(folder.path).filter(({ op }) => op === "LinearAttention");

  /** ONNX operator LinearAttention, opset 27: gated_delta where no rule is named, 1/√d where the scale is 0. */
  const problemOf = ({ nodeInputs, inputs, attributes }: ConformanceCase): RecurrentProblem => {
    const at = (place: number): Tensor | undefined => {
      const numbers = nodeInputs[place] ? inputs.get(nodeInputs[place]) : undefined;
      return numbers && fromNumbers(numbers.dims, numbers.data, numbers.type as "float32");
    };
    const [pastState, decay, beta] = [at(3), at(4), at(5)];
    return {
      query: at(0)!,
      key: at(1)!,
      value: at(2)!,
      heads: Number(attributes.q_num_heads),
      keyHeads: Number(attributes.kv_num_heads),
      updateRule: (attributes.update_rule ?? "gated_delta") as UpdateRule,
      ...(pastState && { pastState }),
      ...(decay && { decay }),
      ...(beta && { beta }),
      ...(attributes.scale && { scale: Number(attributes.scale) }),
    };
  };

  describeOnDevice("ONNX LinearAttention on the webgpu backend", () => {
    it("passes every case in float32", async () => {
      const passed: string[] = [];
      const failed: string[] = [];
      const single = cases.filter(({ inputs }) => [...inputs.values()].every(({ type }) => type === "float32"));
      for (const recorded of single) {
        const { output, presentState } = await backend().recurrent(problemOf(recorded));
        const wrong = [output, presentState].flatMap((found, place) => {
          const expected = recorded.outputs.get(recorded.nodeOutputs[place] ?? "");
          const actual = { type: found.dtype, dims: found.shape, data: toFloat64(found) };
          return (expected && mismatch(actual, expected, recorded.rtol, recorded.atol)) ?? [];
        });
        if (wrong.length > 0) failed.push(`${recorded.name}: ${wrong.join("; ")}`);
        else passed.push(recorded.name);
      }
      console.log(
        [`ONNX LinearAttention, webgpu backend, float32: ${passed.length} passed`, ...passed, ...failed].join("\n  "),
      );
      expect(failed).toEqual([]);
      expect(passed.length).toBe(single.length);
      expect(single.length).toBeGreaterThan(0);
    }, 60_000);
  });
}
