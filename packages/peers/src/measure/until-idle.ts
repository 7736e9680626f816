import { setTimeout as sleep } from "node:timers/promises";

const stepMs = 4;
const longestMs = 200;
/** A thread that spins uses a whole core, or half of one that it shares; an idle process next to nothing. */
const quiet = 0.2;

/**
 * Waits until this process computes nothing, at most 0.2 s. The threads of onnxruntime spin for about 40 ms after a
 * call, so that the next one finds them awake; what runs in that time is another library's turn on the same cores.
 */
export async function untilIdle(): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < longestMs) {
    const before = process.cpuUsage();
    const from = performance.now();
    await sleep(stepMs);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 < quiet * (performance.now() - from)) return;
  }
}
