import { afterAll, expect, it } from "vitest";
import { findAdapter } from "../device/open.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { gaussian } from "../testing/problems.ts";
import { createGpuBackend } from "./backend.ts";

describeOnDevice("times by the device's clock", () => {
  afterAll(() => backend().dispose());

  it("are there for each dispatch of the work, and for nothing else", async () => {
    const problem = gaussian(2, 900);
    await backend().attention(problem);
    const { result, dispatches } = await backend().timed(() => backend().attention(problem, { logSumExp: true }));
    expect(result.logSumExp).toBeDefined();
    await backend().attention(problem);
    if (!backend().device.features.has("timestamp-query")) {
      expect(dispatches).toBeUndefined();
      return;
    }
    expect(dispatches!.map(({ title }) => title.split(" ")[0])).toEqual(["attention", "merge"]);
    for (const { nanoseconds } of dispatches!) expect(nanoseconds).toBeGreaterThanOrEqual(0);
    expect(dispatches!.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0)).toBeGreaterThan(0);
    const none = await backend().timed(async () => "nothing");
    expect(none).toEqual({ result: "nothing", dispatches: [] });
  });

  it("pass on what the work throws, and time one work at a time", async () => {
    const failed = backend().timed(async () => {
      throw new Error("on purpose");
    });
    await expect(failed).rejects.toThrow("on purpose");
    const first = backend().timed(() => backend().attention(gaussian(2, 2)));
    if (backend().device.features.has("timestamp-query")) {
      await expect(backend().timed(async () => 1)).rejects.toThrow("work: other work is being timed");
    }
    await first;
  });

  it("are not there on a device without a clock", async () => {
    const { adapter } = await findAdapter({ software: backend().adapterInfo().software });
    const device = await adapter.requestDevice();
    const plain = await createGpuBackend({ device });
    const { dispatches } = await plain.timed(() => plain.attention(gaussian(2, 2)));
    expect(dispatches).toBeUndefined();
    await plain.dispose();
    device.destroy();
  });
});
