import { createBackend, fromNumbers, randomNormal, seededRandom, tensor, toFloat64, zeros } from "@xattn/core";
import { relativeDistance } from "@xattn/core/testing";
import { causal, padding, softcap } from "@xattn/masking";
import { afterAll, expect, it } from "vitest";
import type { GpuLimits } from "../device/limits.ts";
import { DeviceError, DeviceLostError, DisposedError, LimitError, ShaderError } from "../errors/errors.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { gaussian } from "../testing/problems.ts";
import { PipelineCache } from "../wgsl/pipelines.ts";
import { createGpuBackend } from "./backend.ts";

const reference = createBackend("reference");

/** Where numbers are NaN, by row of the output. */
const rowsWithNaN = (data: Float64Array, width: number) =>
  Array.from({ length: data.length / width }, (_, row) =>
    data.subarray(row * width, (row + 1) * width).some(Number.isNaN),
  );

const works = async () => {
  const problem = gaussian(7, 9);
  const { output } = await backend().attention(problem);
  expect(relativeDistance(toFloat64(output), toFloat64(reference.attention(problem).output))).toBeLessThan(1e-6);
};

describeOnDevice("bad input and faults", () => {
  afterAll(() => backend().dispose());

  it("refuses shapes that do not fit, variants and types that it does not compute, before any work", async () => {
    const problem = gaussian(7, 9);
    const before = backend().counts();
    await expect(backend().attention({ ...problem, value: zeros([1, 2, 8, 16]) })).rejects.toThrow(
      "value: shape [1, 2, 8, 16] does not fit",
    );
    await expect(backend().attention(problem, {}, { into: zeros([1, 2, 7, 15]) })).rejects.toThrow("into: shape");
    const entmax = { ...problem, variant: { kind: "entmax" } as const };
    await expect(backend().attention(entmax)).rejects.toMatchObject({ name: "UnsupportedError" });
    await expect(backend().attention({ ...problem, key: zeros([1, 2, 9, 16], "float64") })).rejects.toThrow(
      "key: the webgpu backend computes in float32, not float64",
    );
    await expect(backend().attention({ ...problem, mask: padding({ keys: [10] }) })).rejects.toThrow("padding.keys[0]");
    const key = randomNormal(seededRandom(1), [1, 2, 9, 16]);
    structuredClone(key.data, { transfer: [key.data.buffer as ArrayBuffer] });
    await expect(backend().attention({ ...problem, key })).rejects.toThrow(/key: holds 0 numbers .* detached/);
    expect(backend().counts()).toEqual(before);
    await works();
  });

  it.each([
    ["query", undefined],
    ["key", undefined],
    ["value", undefined],
    ["key", causal()],
    ["value", causal()],
    ["key", padding({ keys: [6] })],
    ["value", padding({ keys: [6] })],
  ] as const)("lets NaN and infinity in %s through where the mathematics says: %j", async (name, mask) => {
    for (const strange of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const problem = { ...gaussian(40, 11), ...(mask && { mask }) };
      problem[name].data[2 * 16 * 4 + 3] = strange;
      problem[name].data[8 * 16 + 5] = strange;
      const actual = rowsWithNaN(toFloat64((await backend().attention(problem)).output), 16);
      expect(actual).toEqual(rowsWithNaN(toFloat64(reference.attention(problem).output), 16));
    }
  });

  it("keeps NaN out of rows whose bias forbids the key, behind a soft cap and over split keys too", async () => {
    for (const m of [6, 700]) {
      const problem = { ...gaussian(5, m), modifiers: [softcap(2)] };
      const bias = tensor(
        [5, m],
        Array.from({ length: 5 * m }, (_, at) => (at % m === 2 ? Number.NEGATIVE_INFINITY : 0)),
      );
      problem.key.data[2 * 16] = Number.NaN;
      problem.value.data[2 * 16 + 1] = Number.NaN;
      const { output, weights } = await backend().attention({ ...problem, bias }, { weights: true });
      expect(toFloat64(output).some(Number.isNaN)).toBe(false);
      expect(toFloat64(weights!).some(Number.isNaN)).toBe(false);
    }
  });

  it.each([
    [[0, 2, 5, 4], [0, 2, 6, 4], 4],
    [[1, 2, 0, 4], [1, 2, 6, 4], 4],
    [[1, 2, 5, 4], [1, 2, 0, 4], 4],
    [[1, 0, 5, 4], [1, 0, 6, 4], 4],
    [[1, 2, 5, 4], [1, 2, 6, 4], 0],
    [[1, 2, 5, 0], [1, 2, 6, 0], 4],
  ])("computes sizes of 0: %j, %j, e %d", async (queryShape, keyShape, e) => {
    const random = seededRandom(2);
    const problem = {
      query: randomNormal(random, queryShape),
      key: randomNormal(random, keyShape),
      value: randomNormal(random, [...keyShape.slice(0, 3), e]),
      sinks: fromNumbers([queryShape[1]!], new Array(queryShape[1]).fill(0.5), "float32"),
      scale: 0.5,
    };
    const asked = { weights: true, logSumExp: true };
    const actual = await backend().attention(problem, asked);
    const expected = reference.attention(problem, asked);
    for (const part of ["output", "weights", "logSumExp"] as const) {
      expect(actual[part]!.shape).toEqual(expected[part]!.shape);
      expect(relativeDistance(toFloat64(actual[part]!), toFloat64(expected[part]!))).toBeLessThan(1e-6);
    }
  });

  it("gives −∞ as the log-sum-exp of a row that may look at nothing, and zeros", async () => {
    const problem = { ...gaussian(9, 4), mask: causal("bottom-right") };
    const { output, logSumExp } = await backend().attention(problem, { logSumExp: true });
    expect([...logSumExp!.data.slice(0, 5)]).toEqual(new Array(5).fill(Number.NEGATIVE_INFINITY));
    expect([...output.data.slice(0, 5 * 16)]).toEqual(new Array(5 * 16).fill(0));
  });

  it("says what a shader was for, and which line the device refuses", async () => {
    const cache = new PipelineCache(backend().device);
    const broken = {
      title: "attention d 4 e 4, mask causal, modifiers softcap(3)",
      bindings: [],
      code: "@compute @workgroup_size(1)\nfn main() {\n  let x = missing + 1;\n}",
    };
    const failure = cache.get(broken);
    await expect(failure).rejects.toBeInstanceOf(ShaderError);
    await expect(failure).rejects.toThrow(
      /mask causal, modifiers softcap\(3\): .*missing.*, in line 3: let x = missing/,
    );
    const greedy = "var<workgroup> a: array<f32, 100000>;\n@compute @workgroup_size(1)\nfn main() { a[0] = 1.0; }";
    await expect(cache.get({ ...broken, code: greedy })).rejects.toBeInstanceOf(ShaderError);
    expect(cache.size).toBe(0);
    await works();
  });

  it("refuses limits that no tile fits in, and tensors that no binding holds", async () => {
    const limited = (limits: Partial<GpuLimits>) =>
      createGpuBackend({ device: backend().device, limits: { registerRows: false, ...limits } });
    const narrow = await limited({ maxComputeWorkgroupStorageSize: 512 });
    await expect(narrow.attention(gaussian(3, 3))).rejects.toBeInstanceOf(LimitError);
    const short = await limited({ maxStorageBufferBindingSize: 1024 });
    await expect(short.attention(gaussian(3, 3, 128))).rejects.toThrow("one tile needs");
    await expect(short.upload(zeros([1, 1, 32, 16]))).rejects.toBeInstanceOf(LimitError);
    await expect(short.attend(gaussian(64, 64))).rejects.toBeInstanceOf(LimitError);
    short.submit();
    expect(short.memory().buffers).toBe(0);
    await narrow.dispose();
    await short.dispose();
    await works();
  });

  it("tells what the device refuses", async () => {
    const query = await backend().upload(gaussian(3, 3).query);
    query.buffer.destroy();
    const { output } = await backend().attend({ ...gaussian(3, 3), query });
    await expect(backend().download(output)).rejects.toBeInstanceOf(DeviceError);
    backend().free(output);
    await works();
  });

  it("tells of a device that is lost in mid-call, and goes on with a new one", async () => {
    const own = await createGpuBackend({ software: backend().adapterInfo().software });
    const problem = gaussian(40, 90, 16);
    const expected = toFloat64(reference.attention(problem).output);
    const kept = await own.upload(zeros([1, 1, 2, 2]));
    await own.attention(problem);
    const { device } = own;
    const call = own.attention(problem);
    device.destroy();
    await expect(call).rejects.toBeInstanceOf(DeviceLostError);
    const again = await own.attention(problem);
    expect(own.device).not.toBe(device);
    expect(relativeDistance(toFloat64(again.output), expected)).toBeLessThan(1e-6);
    await expect(own.download(kept)).rejects.toThrow("source: is on another device than this backend's");
    await own.dispose();
  });

  it("cannot replace the caller's device", async () => {
    const own = await createGpuBackend({ software: backend().adapterInfo().software });
    const borrowing = await createGpuBackend({ device: own.device });
    await borrowing.dispose();
    const second = await createGpuBackend({ device: own.device });
    // Disposing of the first left the device to its owner.
    await second.attention(gaussian(2, 2));
    own.device.destroy();
    await own.device.lost;
    await expect(second.attention(gaussian(2, 2))).rejects.toThrow("the caller's device was lost");
    await second.dispose();
    await own.dispose();
  });

  it("refuses tensors of another device, and freed ones", async () => {
    const other = await createGpuBackend({ device: backend().device });
    const foreign = await other.upload(zeros([1, 2, 3, 16]));
    await expect(backend().attend({ ...gaussian(3, 3), query: foreign })).rejects.toThrow(
      "query: is on another device",
    );
    const freed = await backend().upload(zeros([1, 2, 3, 16]));
    backend().free(freed);
    backend().submit();
    await expect(backend().download(freed)).rejects.toThrow("source: was freed");
    expect(() => backend().free(freed)).toThrow("tensor: was freed");
    await other.dispose();
  });

  it("says so when it was disposed, also to calls under way", async () => {
    const own = await createGpuBackend({ device: backend().device });
    const under = own.attention(gaussian(30, 30)).then(
      () => "done",
      (error: Error) => error.name,
    );
    const ended = own.dispose();
    expect(await under).toMatch(/^(done|DisposedError)$/);
    await ended;
    await own.dispose();
    await expect(own.attention(gaussian(2, 2))).rejects.toBeInstanceOf(DisposedError);
    await expect(own.attend(gaussian(2, 2))).rejects.toBeInstanceOf(DisposedError);
    await expect(own.vjp(gaussian(2, 2), gaussian(2, 2).query)).rejects.toBeInstanceOf(DisposedError);
    await expect(own.upload(zeros([1]))).rejects.toBeInstanceOf(DisposedError);
    for (const call of [() => own.memory(), () => own.scratchBytes(), () => own.submit(), () => own.device]) {
      expect(call).toThrow(DisposedError);
    }
  });
});
