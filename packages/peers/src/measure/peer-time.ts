import type { TimedMeasure } from "@xattn/measures";
import { peerParameters } from "./parameters.ts";
import { choiceOf, preparePeer } from "./prepare.ts";
import { setUpPeers, type WithSetUp } from "./set-up.ts";
import { untilIdle } from "./until-idle.ts";

export interface PeerTimeOptions {
  /** The peer that ratios are taken against; "xattn" when absent. */
  readonly baseline?: string;
}

/**
 * Milliseconds of one exact attention, of this project and of what a user could install in its place, all in one
 * process and by turns. `timeRatio` is how many times as long as the baseline a peer takes. Inputs become each
 * library's own tensors beforehand, and its output is held against float64 before it is timed.
 */
export function peerTime({ baseline = "xattn" }: PeerTimeOptions = {}): TimedMeasure<"time"> & WithSetUp {
  return {
    kind: "timed",
    name: "peer-time",
    version: 1,
    description: "Time of one attention by each library, sampled interleaved at the same shape and threads.",
    parameters: peerParameters,
    columns: { time: { kind: "sampled", unit: "ms", description: "Median time of one attention." } },
    exclusive: true,
    arms: ["peer"],
    baseline: { peer: baseline },
    setUp: setUpPeers,
    async prepare(cell, { seed }) {
      const choice = choiceOf(cell);
      const { prepared } = await preparePeer(choice, cell.shape as string, seed);
      return {
        call: () => prepared.run(),
        dispose: () => prepared.dispose(),
        ...(choice.threads > 1 && { rest: untilIdle }),
      };
    },
  };
}
