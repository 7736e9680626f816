import { afterEach, describe, expect, it, vi } from "vitest";
import { createGpuBackend } from "../backend/backend.ts";
import { NoAdapterError } from "../errors/errors.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { gaussian } from "../testing/problems.ts";
import { findAdapter } from "./open.ts";

const arch = process.arch;
const elsewhere = () => Object.defineProperty(process, "arch", { value: "s390x", configurable: true });

afterEach(() => {
  Object.defineProperty(process, "arch", { value: arch, configurable: true });
  vi.unstubAllGlobals();
});

describe("without an adapter", () => {
  it("tells where was looked", async () => {
    elsewhere();
    vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => null } });
    const failure = createGpuBackend({ software: true });
    await expect(failure).rejects.toBeInstanceOf(NoAdapterError);
    await expect(failure).rejects.toThrow(/no WebGPU adapter: navigator\.gpu has no adapter; .+/);
  });
});

describeOnDevice("an adapter", () => {
  it("is told apart, with its limits", () => {
    const info = backend().adapterInfo();
    if (info.source === "software") expect(info).toMatchObject({ software: true, architecture: "swiftshader" });
    expect(info.vendor).not.toBe("");
    expect(info.limits.maxComputeWorkgroupStorageSize).toBeGreaterThanOrEqual(16_384);
    expect(info.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 27);
  });

  it("leaves no trace in the environment or among the globals", () => {
    expect(process.env.VK_ICD_FILENAMES).toBeUndefined();
    expect(process.env.VK_DRIVER_FILES).toBeUndefined();
    expect((globalThis as { readonly GPUBufferUsage?: object }).GPUBufferUsage).toBeUndefined();
  });

  it("is taken from navigator.gpu where there is one, or from the caller", async () => {
    const { adapter } = await findAdapter({ software: backend().adapterInfo().software });
    vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => adapter } });
    const found = await findAdapter({});
    expect(found).toEqual({ adapter, source: "navigator.gpu" });
    const own = await createGpuBackend({ adapter });
    expect(own.adapterInfo().source).toBe("caller");
    await own.attention(gaussian(2, 2));
    await own.dispose();
  });
});
