import type { DirectMeasure } from "@xattn/measures";
import { peerOf } from "../peers.ts";
import { peerParameters } from "./parameters.ts";
import { choiceOf, errorOfPeer } from "./prepare.ts";
import { setUpPeers, type WithSetUp } from "./set-up.ts";
import { subjectOf } from "./subject.ts";

/** How far each library's output is from float64, at the inputs at which it is timed; also where it is wrong. */
export function peerAccuracy(): DirectMeasure<"relativeError"> & WithSetUp {
  return {
    kind: "direct",
    name: "peer-accuracy",
    version: 1,
    description: "Relative error of each library's output against float64, on all or a sample of the queries.",
    parameters: peerParameters,
    columns: {
      relativeError: {
        kind: "deterministic",
        unit: "1",
        description: "‖out − ref‖ / ‖ref‖ in the Frobenius norm.",
        // Libraries pick their kernels by the processor, and sum in the order of their threads.
        tolerance: 1,
      },
    },
    // It computes with as many threads as the cell says, on large inputs: two at a time would only disturb each other.
    exclusive: true,
    setUp: setUpPeers,
    async run(cell, { seed }) {
      const { name, backend, threads } = choiceOf(cell);
      return {
        relativeError: await errorOfPeer(peerOf(name, backend), subjectOf(cell.shape as string, seed), threads),
      };
    },
  };
}
