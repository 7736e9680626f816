import { convert, createBackend, fromNumbers, type Tensor, toFloat64 } from "@xattn/core";
import { relativeDistance } from "@xattn/core/testing";
import { causal } from "@xattn/masking";
import { afterAll, expect, it } from "vitest";
import { backend, describeOnDevice } from "../testing/open.ts";
import { gaussian } from "../testing/problems.ts";

const reference = createBackend("reference");

describeOnDevice("tensors that stay on the device", () => {
  afterAll(() => backend().dispose());

  it("come back as they went, in any type and of any number", async () => {
    for (const dtype of ["float32", "float16", "bfloat16"] as const) {
      for (const count of [1, 2, 3, 33]) {
        const source = fromNumbers(
          [count],
          Array.from({ length: count }, (_, at) => at - 1.5),
          dtype,
        );
        const placed = await backend().upload(source);
        const back = await backend().download(placed);
        expect(back).toEqual(source);
        backend().free(placed);
      }
    }
    backend().submit();
    expect(backend().memory().buffers).toBe(0);
  });

  it("chain calls in one submission, without copies between", async () => {
    const problem = { ...gaussian(24, 24), mask: causal() };
    const [query, key, value] = await Promise.all(
      [problem.query, problem.key, problem.value].map((one) => backend().upload(one)),
    );
    const before = backend().counts();
    let state = query!;
    const made = [];
    for (let layer = 0; layer < 3; layer += 1) {
      const { output, logSumExp } = await backend().attend(
        { query: state, key: key!, value: value!, mask: problem.mask },
        { logSumExp: true },
      );
      made.push(output, logSumExp!);
      state = output as typeof state;
    }
    expect(backend().counts().submissions).toBe(before.submissions);
    const result = await backend().download(state);
    const after = backend().counts();
    expect(after.submissions - before.submissions).toBe(1);
    expect(after.dispatches - before.dispatches).toBe(3);
    expect(after.bytesDownloaded - before.bytesDownloaded).toBe(4 * 2 * 24 * 16);

    let expected: Tensor = problem.query;
    for (let layer = 0; layer < 3; layer += 1) expected = reference.attention({ ...problem, query: expected }).output;
    expect(relativeDistance(toFloat64(result), toFloat64(expected))).toBeLessThan(2e-6);
    for (const one of [query!, key!, value!, ...made]) backend().free(one);
    backend().submit();
    expect(backend().memory().buffers).toBe(0);
  });

  it("mix with those of the host, and carry weights, half precision and past keys", async () => {
    const problem = gaussian(6, 10);
    const past = { key: problem.key, value: problem.value };
    const half = convert(problem.query, "float16");
    const query = await backend().upload(half);
    const pastKey = await backend().upload(problem.key);
    const result = await backend().attend(
      { ...problem, query, past: { key: pastKey, value: past.value } },
      { weights: true },
    );
    expect(result.output.dtype).toBe("float16");
    const expected = reference.attention({ ...problem, query: half, past }, { weights: true });
    const weights = await backend().download(result.weights!);
    expect(weights.shape).toEqual([1, 2, 6, 20]);
    expect(relativeDistance(toFloat64(weights), toFloat64(expected.weights!))).toBeLessThan(2e-6);
    const output = await backend().download(result.output);
    expect(relativeDistance(toFloat64(output), toFloat64(expected.output))).toBeLessThan(2e-3);
    for (const one of [query, pastKey, result.output, result.weights!]) backend().free(one);
    backend().submit();
    expect(backend().memory().buffers).toBe(0);
  });

  it("leave what recorded calls read as it is until they are sent", async () => {
    const problems = [gaussian(6, 10), { ...gaussian(6, 10), scale: 0.1 }, { ...gaussian(6, 9), mask: causal() }];
    // One after the other, each with copies of its own: none may take the place of another's.
    const results = [];
    for (const [at, problem] of problems.entries()) {
      problem.query.data.fill(at + 1, 0, 32);
      results.push(await backend().attend(problem));
    }
    for (const [at, { output }] of results.entries()) {
      const expected = toFloat64(reference.attention(problems[at]!).output);
      expect(relativeDistance(toFloat64(await backend().download(output)), expected)).toBeLessThan(2e-6);
      backend().free(output);
    }
  });

  it("fill a tensor of the host that the caller gives", async () => {
    const problem = gaussian(4, 5);
    const into = fromNumbers([1, 2, 4, 16], new Array(128).fill(7), "float32");
    const { output, path } = await backend().attention(problem, {}, { into });
    expect(output).toBe(into);
    expect(path).toMatch(/^webgpu\/fused \d+×\d+$/);
    expect(relativeDistance(toFloat64(into), toFloat64(reference.attention(problem).output))).toBeLessThan(1e-6);
  });
});
