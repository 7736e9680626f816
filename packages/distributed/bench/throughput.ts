/**
 * Cells a second over Redis, with everything on this machine: a Redis of its own with an append-only file, two workers
 * of one process each, this producer. `node --import ../../register.mjs bench/throughput.ts [cells] [redis url]`
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jobs } from "@xattn/runner";
import { range } from "@xattn/runner/define";
import { describeRun, experimentOf, loaderFlags } from "../fixtures/setting.ts";
import { bullmqExecutor } from "../src/index.ts";

/** Seconds of processor time that this process and all it has started have used; Linux only. */
function processorSeconds(): number {
  const parents = new Map<number, { readonly parent: number; readonly ticks: number }>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      parents.set(Number(name), { parent: Number(fields[1]), ticks });
    } catch {
      // It ended in the meantime, and counts to its parent.
    }
  }
  const isOurs = (id: number): boolean => id === process.pid || (id > 1 && isOurs(parents.get(id)?.parent ?? 0));
  let ticks = 0;
  for (const [id, process] of parents) if (isOurs(id)) ticks += process.ticks;
  return ticks / 100;
}

const cells = Number(process.argv[2] ?? 20_000);
const folder = mkdtempSync(join(tmpdir(), "xattn-bench-"));
const children: ChildProcess[] = [];
try {
  const port = await new Promise<number>((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
  const url = `redis://127.0.0.1:${port}`;
  const settings = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", "--dir", folder];
  children.push(
    spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", ...settings], { stdio: "ignore" }),
  );
  await new Promise((resolve) => setTimeout(resolve, 1000));
  for (const host of ["a", "b"]) {
    const words = JSON.stringify({ redis: url, host, lockFolder: join(folder, host) });
    const script = fileURLToPath(new URL("../fixtures/worker.ts", import.meta.url));
    children.push(spawn(process.execPath, [...loaderFlags, script, words], { stdio: "ignore" }));
  }
  const experiment = await experimentOf("sweep", { n: range(1, Math.ceil(cells / 100)) });
  const executor = bullmqExecutor({ redis: url, run: describeRun(experiment, "bench") });
  let done = 0;
  let first = 0;
  let before = 0;
  let used = 0;
  for await (const outcomes of executor.execute(jobs(experiment, new Set()), new Set())) {
    if (first === 0) {
      first = performance.now();
      used = processorSeconds();
      before = outcomes.length;
    }
    done += outcomes.length;
  }
  const seconds = (performance.now() - first) / 1000;
  const processor = processorSeconds() - used;
  await executor.close();
  process.stdout.write(
    `${done} cells; ${Math.round((done - before) / seconds)} cells a second from the first outcome to the last (${seconds.toFixed(2)} s), ${Math.round((done - before) / processor)} a second of processor time of all processes\n`,
  );
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
