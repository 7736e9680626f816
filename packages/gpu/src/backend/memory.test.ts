import { type AttentionProblem, randomNormal, seededRandom } from "@xattn/core";
import { causal, type Mask, padding } from "@xattn/masking";
import { afterAll, describe, expect, it } from "vitest";
import { bufferBytes } from "../memory/pool.ts";
import { expectAsReference } from "../testing/compare.ts";
import { backend, describeOnDevice } from "../testing/open.ts";
import { gaussian } from "../testing/problems.ts";
import { createGpuBackend } from "./backend.ts";

const asked = { weights: true, logSumExp: true };

describe("sizes of buffers", () => {
  it("are at most an eighth more than asked, and few", () => {
    for (let bytes = 2048; bytes < 2 ** 30; bytes = Math.ceil(bytes * 1.37)) {
      expect(bufferBytes(bytes)).toBeGreaterThanOrEqual(bytes);
      expect(bufferBytes(bytes)).toBeLessThanOrEqual(bytes * 1.125);
    }
    expect(new Set(Array.from({ length: 1000 }, (_, at) => bufferBytes(at * 1000))).size).toBeLessThan(80);
  });
});

describeOnDevice("memory of the device", () => {
  afterAll(() => backend().dispose());

  it.each<[string, AttentionProblem, object]>([
    ["plain", gaussian(50, 70), {}],
    ["masked, with all outputs", { ...gaussian(50, 70), mask: causal() }, { weights: true, logSumExp: true }],
    ["split", gaussian(2, 900), { logSumExp: true }],
  ])("peaks where the plan says: %s", async (_, problem, outputs) => {
    backend().submit();
    backend().resetScratch();
    expect(backend().scratchBytes()).toBe(0);
    await backend().attention(problem, outputs);
    expect(backend().scratchBytes()).toBe(backend().plan(problem, outputs).peakBytes);
    expect(backend().memory().buffers).toBe(0);
  });

  it.each([
    ["rows", 8192, 80, 24],
    ["keys", 8192, 4, 300],
  ])(
    "is kept within small bindings by pieces of %s, and peaks where the plan says",
    async (_, bytes, n, m) => {
      const limited = await createGpuBackend({
        device: backend().device,
        limits: { maxStorageBufferBindingSize: bytes },
      });
      const random = seededRandom(3);
      const problem: AttentionProblem = {
        query: randomNormal(random, [2, 4, n, 8]),
        key: randomNormal(random, [2, 2, m - 7, 8]),
        value: randomNormal(random, [2, 2, m - 7, 12]),
        past: { key: randomNormal(random, [2, 2, 7, 8]), value: randomNormal(random, [2, 2, 7, 12]) },
        bias: randomNormal(random, [4, 1, m]),
        sinks: randomNormal(random, [4]),
        mask: { kind: "and", masks: [causal({ offset: [m - n, 12] }), padding({ keys: [m, m - 3] })] } satisfies Mask,
      };
      const { chunk } = limited.plan(problem, asked);
      expect(chunk.batch * chunk.keyHeads).toBe(1);
      await expectAsReference(limited, problem, asked, 2e-6);
      const plain = { query: problem.query, key: problem.key, value: problem.value };
      limited.resetScratch();
      await limited.attention(plain);
      expect(limited.scratchBytes()).toBe(limited.plan(plain).peakBytes);
      expect(limited.memory().buffers).toBe(0);
      await limited.dispose();
    },
    60_000,
  );

  it("does not grow over a thousand calls of random tiny shapes", async () => {
    const random = seededRandom(9);
    const upTo = (most: number) => 1 + Math.floor(random.uniform() * most);
    const tiny = () => {
      const [n, m] = [upTo(8), upTo(8)];
      const mask = random.uniform() < 0.3 ? { mask: padding({ keys: [upTo(m)] }) } : {};
      return {
        query: randomNormal(random, [1, 1, n, 4]),
        key: randomNormal(random, [1, 1, m, 4]),
        value: randomNormal(random, [1, 1, m, 4]),
        ...mask,
      };
    };
    for (let call = 0; call < 100; call += 1) await backend().attention(tiny());
    const { bytesIdle } = backend().memory();
    for (let call = 0; call < 900; call += 1) {
      await backend().attention(tiny(), call % 3 === 0 ? { logSumExp: true } : {});
    }
    expect(backend().memory()).toMatchObject({ buffers: 0, bytesInUse: 0 });
    expect(backend().memory().bytesIdle).toBeLessThanOrEqual(bytesIdle + 4096);
  }, 120_000);

  it("is given back when a call fails half-way", async () => {
    const problem = gaussian(5, 5);
    const key = await backend().upload(randomNormal(seededRandom(1), [1, 2, 5, 16]));
    backend().free(key);
    backend().submit();
    await expect(backend().attend({ ...problem, key })).rejects.toThrow("key: was freed");
    backend().submit();
    expect(backend().memory().buffers).toBe(0);
  });
});
