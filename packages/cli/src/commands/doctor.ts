import { accessSync, constants, existsSync } from "node:fs";
import { availableParallelism, cpus, freemem, loadavg, totalmem } from "node:os";
import { createBackend, randomNormal, type SyncBackend, seededRandom } from "@xattn/core";
import { createCpuBackend } from "@xattn/cpu";
import { requestAdapter } from "@xattn/gpu/browser";
import { readEnvironment } from "@xattn/runner";
import { median, quantile } from "@xattn/stats";
import colors from "picocolors";
import { exitCodes } from "../exit-codes.ts";
import { textTable } from "../terminal/table.ts";
import { terminalWidth } from "../terminal/verdict.ts";
import { advice, lookForAdapter } from "../webgpu/adapter.ts";
import { shown } from "../workspace/paths.ts";
import { resultsOf } from "./options.ts";

/** One thing that was looked at, with what to do when it is not as it should be. */
interface Finding {
  readonly name: string;
  readonly found: string;
  readonly advice?: string;
}

/** `exp doctor`: exit code 0 when runs can start, 2 when they cannot. */
export async function doctor(options: { readonly json?: boolean; readonly results?: string }): Promise<number> {
  const results = resultsOf(options);
  const writable = isWritable(results);
  const findings: Finding[] = [
    nodeVersion(),
    ...machine(),
    timer(),
    noise(),
    ...(await kernels()),
    ...(await webgpu()),
    {
      name: "results folder",
      found: `${shown(results)}, ${writable ? "can be written" : "cannot be written"}`,
      ...(writable ? {} : { advice: "free it, or name another one with --results FOLDER" }),
    },
  ];
  if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else {
    const rows = findings.flatMap(({ name, found, advice }) => [
      [advice ? colors.yellow("!") : colors.green("✓"), name, found],
      ...(advice ? [["", "", colors.yellow(advice)]] : []),
    ]);
    process.stdout.write(`${textTable(rows, terminalWidth())}\n`);
  }
  return writable ? exitCodes.success : exitCodes.badInput;
}

function nodeVersion(): Finding {
  const { node, v8, flags } = readEnvironment({});
  const found = `${node}, V8 ${v8}${flags.length > 0 ? `, ${flags.join(" ")}` : ""}`;
  const pinned = process.execPath.includes("node_modules");
  return {
    name: "runtime",
    found: `${found}, ${pinned ? "the pinned one" : "not the pinned one"}`,
    ...(pinned
      ? {}
      : { advice: "start with pnpm exp, which puts the pinned Node first, so that runs can be compared" }),
  };
}

function machine(): Finding[] {
  const cores = availableParallelism();
  const load = loadavg()[0]!;
  const free = freemem() / totalmem();
  return [
    { name: "processor", found: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cores} cores` },
    {
      name: "load",
      found: `${load.toFixed(2)} over the last minute`,
      ...(load > 0.5 * cores ? { advice: "something else is running; timings will be noisy until it ends" } : {}),
    },
    {
      name: "memory",
      found: `${(totalmem() / 2 ** 30).toFixed(1)} GiB, ${Math.round(100 * free)} % free`,
      ...(free < 0.1 ? { advice: "little memory is free; large cells may fail" } : {}),
    },
  ];
}

function timer(): Finding {
  const { timerResolutionNs } = readEnvironment({});
  return {
    name: "clock",
    found: `steps of ${timerResolutionNs} ns`,
    ...(timerResolutionNs > 1000 ? { advice: "the clock is coarse; samples are made longer to make up for it" } : {}),
  };
}

/** The same work two hundred times: how far the slow tenth is from the median. */
function noise(): Finding {
  const times: number[] = [];
  let sum = 0;
  for (let trial = 0; trial < 220; trial += 1) {
    const start = performance.now();
    for (let step = 1; step < 200_000; step += 1) sum += 1 / (step + sum);
    if (trial >= 20) times.push(performance.now() - start);
  }
  const spread = quantile(times, 0.9) / median(times) - 1;
  return {
    name: "noise",
    found: `the slowest tenth of equal work takes ${(100 * spread).toFixed(1)} % longer than the median`,
    ...(spread > 0.1 ? { advice: "a noisy machine: expect wide intervals, and claims that stay inconclusive" } : {}),
  };
}

/** Multiply-adds a second of the backends' kernels, so that a user sees what to expect. */
async function kernels(): Promise<Finding[]> {
  const random = seededRandom(1);
  const shape = [1, 8, 256, 64] as const;
  const [query, key, value] = [randomNormal(random, shape), randomNormal(random, shape), randomNormal(random, shape)];
  const multiplyAdds = 2 * 8 * 256 * 256 * 64;
  const rate = (backend: SyncBackend) => perSecond(multiplyAdds, () => backend.attention({ query, key, value }));
  const plain = createBackend("plain");
  const findings: Finding[] = [{ name: "backend plain", found: `${shownRate(rate(plain))} ${at}` }];
  plain.dispose();
  const cores = availableParallelism();
  const one = await createCpuBackend({ threads: 1 });
  const peak = one.peak();
  const rounds = 20_000;
  const most = perSecond(rounds * peak.multiplyAdds, () => peak.run(rounds));
  const all = await createCpuBackend({ threads: cores });
  await all.ready();
  const [single, together] = [rate(one), rate(all)];
  findings.push(
    {
      name: "backend cpu",
      found: `${one.engine} kernels; ${shownRate(single)} ${at} with one thread, ${shownRate(together)} with ${all.threads}`,
      ...(one.engine === "256-bit"
        ? {}
        : { advice: "Node 24 on x64 runs kernels of 256 bits; this one runs those of 128, about half as fast" }),
    },
    {
      name: "peak of a core",
      found: `${shownRate(most)} in registers alone; the cpu backend reaches ${Math.round((100 * single) / most)} % of it`,
    },
  );
  one.dispose();
  all.dispose();
  return findings;
}

/** The adapter that the webgpu backend computes on, with what kernels may take there; nothing is fetched. */
async function webgpu(): Promise<Finding[]> {
  const found = await lookForAdapter();
  if (typeof found === "string") {
    return [{ name: "backend webgpu", found, advice: `only for runs with backend=webgpu: ${advice()}` }];
  }
  const { adapter, limits, subgroups } = found;
  // A device has what it was asked for only; the adapter tells what there is.
  const features = [...(await requestAdapter()).adapter.features];
  const has = (feature: string) => `${feature} ${features.includes(feature) ? "yes" : "no"}`;
  const sizes = subgroups && `subgroups of ${[...new Set(subgroups)].join(" to ")}`;
  const name = [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(", ");
  return [
    {
      name: "backend webgpu",
      found: `${name}; ${adapter.software ? "software" : "hardware"}, found by ${adapter.source}`,
      ...(adapter.software
        ? {
            advice:
              "computes on the processor: tables and charts say webgpu (software), and its times say nothing of GPUs",
          }
        : {}),
    },
    {
      name: "webgpu limits",
      found: [
        `${shownBytes(limits.maxComputeWorkgroupStorageSize)} of workgroup memory`,
        `bindings of ${shownBytes(limits.maxStorageBufferBindingSize)}`,
        `buffers of ${shownBytes(limits.maxBufferSize)}`,
        `${limits.maxStorageBuffersPerShaderStage} storage buffers a shader`,
      ].join(", "),
    },
    {
      name: "webgpu features",
      found: [has("shader-f16"), has("timestamp-query"), has("subgroups"), sizes].filter(Boolean).join(", "),
    },
  ];
}

function shownBytes(bytes: number): string {
  const [unit, size] = bytes >= 2 ** 30 ? ["GiB", 2 ** 30] : bytes >= 2 ** 20 ? ["MiB", 2 ** 20] : ["KiB", 2 ** 10];
  return `${Number((bytes / (size as number)).toFixed(1))} ${unit}`;
}

const at = "at 256 × 256, d = 64, 8 heads";

/** The best of twenty: what disturbs a run only makes it slower. */
function perSecond(multiplyAdds: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < 20; trial += 1) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return (1000 * multiplyAdds) / best;
}

function shownRate(multiplyAdds: number): string {
  return `${(multiplyAdds / 1e9).toFixed(1)} billion multiply-adds a second`;
}

function isWritable(folder: string): boolean {
  let existing = folder;
  while (!existsSync(existing)) {
    const parent = existing.replace(/[/\\][^/\\]*$/, "");
    if (parent === existing || parent === "") return false;
    existing = parent;
  }
  try {
    accessSync(existing, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
