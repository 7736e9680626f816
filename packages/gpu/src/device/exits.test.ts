import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeOnDevice } from "../testing/open.ts";

const loader = new URL("../../../../register.mjs", import.meta.url).href;
const child = fileURLToPath(new URL("../testing/exit-child.ts", import.meta.url));
const deadline = 60_000;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

const end = (way: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const started = spawn(process.execPath, ["--import", loader, child, way], { timeout: deadline });
    let output = "";
    for (const stream of [started.stdout, started.stderr]) {
      stream.on("data", (data) => {
        output += data;
      });
    }
    started.on("error", reject);
    started.on("close", (code, signal) => resolve({ code, signal, output }));
  });

/** Each way of ending, and the exit code that it should have. */
const ways = { end: 0, cold: 0, throw: 1, exit: 5, dispose: 0 } as const;
const rounds = Number(process.env.XATTN_EXITS ?? (process.env.CI === "true" ? 10 : 2));

describeOnDevice("a process with work under way", () => {
  it.each(Object.entries(ways))(
    "ends by %s with code %d, and neither crashes nor hangs",
    async (way, code) => {
      for (let round = 0; round < rounds; round += 1) {
        const ended = await end(way);
        expect(ended).toMatchObject({ code, signal: null });
        expect(ended.output).toContain("at work");
        if (way === "throw") expect(ended.output).toContain("thrown on purpose");
      }
    },
    rounds * deadline,
  );
});
