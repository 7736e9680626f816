import { createBackend, type SyncBackend } from "@xattn/core";
import {
  type ConformanceCase,
  describeReport,
  findCaseFolder,
  isHalf,
  neededInput,
  type Report,
  type RunCase,
  readCases,
  runAttention,
  runCases,
  runFlexAttention,
} from "@xattn/core/conformance";
import { afterAll, expect, it } from "vitest";
import { backend, describeOnDevice } from "../testing/open.ts";
import { withDeviceResults } from "../testing/replay.ts";

const operators: Readonly<Record<string, RunCase>> = { Attention: runAttention, FlexAttention: runFlexAttention };

/**
 * Half precision as a backend computes it: rounded on the way in and out, with sums and softmax in between as they are.
 * The other way, the operator's own steps, is computed without a backend and says nothing about one.
 */
const inHalf: Readonly<Record<string, RunCase>> = {
  Attention: (recorded, device) => runAttention(recorded, device, "of the backend"),
  FlexAttention: runFlexAttention,
};

const folder = findCaseFolder(process.env);
const reference = createBackend("reference");

async function report(
  cases: readonly ConformanceCase[],
  by: Readonly<Record<string, RunCase>>,
  device: (run: (backend: SyncBackend) => Report) => Promise<Report>,
): Promise<Report> {
  const reports: Report[] = [];
  // Four at a time: their shaders are compiled beside each other.
  for (let at = 0; at < cases.length; at += 4) {
    const some = cases.slice(at, at + 4);
    reports.push(...(await Promise.all(some.map((one) => device((sync) => runCases([one], by, sync))))));
  }
  return {
    passed: reports.flatMap(({ passed }) => passed),
    failed: reports.flatMap(({ failed }) => failed),
    skipped: reports.flatMap(({ skipped }) => skipped),
  };
}

if (!folder.exists && !folder.told) {
  console.warn(
    `SKIPPED: the ONNX conformance cases are not at ${folder.path}. Set XATTN_CONFORMANCE_DIR to their folder to run them.`,
  );
  it.skip("ONNX Attention and FlexAttention on the webgpu backend (no folder of cases)", () => {});
} else {
  const found = folder.exists ? readCases(folder.path) : [];
  const typeOf = (recorded: ConformanceCase) => neededInput(recorded, 0).type;
  const cases = found.filter(({ op }) => op in operators);
  const single = cases.filter((recorded) => typeOf(recorded) === "float32");
  const half = cases.filter((recorded) => isHalf(typeOf(recorded)));
  const onDevice = (run: (backend: SyncBackend) => Report) => withDeviceResults(backend(), run);

  it("finds the folder that it was told of, with cases in it", () => {
    expect(folder.exists, `XATTN_CONFORMANCE_DIR: ${folder.path} does not exist`).toBe(true);
    expect(found.length).toBeGreaterThan(0);
    const left = cases.filter((recorded) => !single.includes(recorded) && !half.includes(recorded));
    expect(left.filter((recorded) => typeOf(recorded) !== "float64").map(({ name }) => name)).toEqual([]);
  });

  describeOnDevice("ONNX Attention and FlexAttention on the webgpu backend", () => {
    afterAll(() => backend().dispose());

    it("passes every case in float32", async () => {
      const result = await report(single, operators, onDevice);
      console.log(describeReport(`ONNX conformance, webgpu backend, float32, ${folder.path}`, result));
      expect(result.failed).toEqual([]);
      expect(result.skipped).toEqual([]);
      expect(result.passed.length).toBe(single.length);
    }, 120_000);

    it("passes the cases in half precision, but for those that only the operator's own roundings pass", async () => {
      const result = await report(half, inHalf, onDevice);
      console.log(describeReport("ONNX conformance, webgpu backend, half precision", result));
      expect(result.skipped).toEqual([]);
      // What is rounded once, from float64 even, fails where the recorded steps rounded their way to the neighbour.
      const exactly = runCases(half, inHalf, reference);
      const names = (failures: readonly string[]) => failures.map((failure) => failure.split(":")[0]);
      expect(names(result.failed)).toEqual(names(exactly.failed));
    }, 120_000);
  });
}
