import { fixedWork } from "./work.ts";

/** Times fixed work once a round, so that a reader can tell a slower arm from a slower machine. */
export interface ReferenceKernel {
  time(round: number): void;
  /** Milliseconds in each of the rounds; `undefined` when the clock did not move in one of them. */
  timesOf(rounds: readonly number[]): number[] | undefined;
}

const callsASample = 16;
/** Calls until the engine has compiled the loop: some milliseconds. */
const warmUpCalls = 200;

/** @param now milliseconds, with a fine resolution, never going back */
export function referenceKernel(now: () => number): ReferenceKernel {
  const work = fixedWork();
  const times = new Map<number, number>();
  work.run(warmUpCalls);
  return {
    time(round) {
      const start = now();
      work.run(callsASample);
      const time = now() - start;
      // Always true: reading the result keeps the work from being optimized away.
      if (Number.isFinite(work.result())) times.set(round, Math.round(time * 1e6) / 1e6);
    },
    timesOf(rounds) {
      const found = rounds.map((round) => times.get(round) ?? 0);
      return found.every((time) => time > 0) ? found : undefined;
    },
  };
}
