import type { TimedMeasure } from "@xattn/measures/contract";
import { z } from "zod";
import { fixedWork } from "../reference-kernel/work.ts";

/** What the arms of a calibration do: the same work twice, and a tenth more of it. */
export const calibrationArms = ["same", "twin", "slower"] as const;

/** Units of work of an arm: a few tenths of a millisecond a call. */
const workUnits = 20;

/**
 * Times arms of which one knows how they compare: `same` and `twin` do identical work, `slower` a tenth more. How
 * often they are told apart, rightly or wrongly, is what this machine and these methods are worth.
 *
 * `repetition` does nothing: each of its values is one more independent trial.
 */
export function calibration(): TimedMeasure<"time"> {
  return {
    kind: "timed",
    name: "calibration",
    version: 1,
    description: "Time of fixed work: the same work twice, and a tenth more of it, in turns.",
    parameters: {
      arm: z.enum(calibrationArms).describe(`one of ${calibrationArms.join(", ")}`),
      repetition: z.int().min(1).max(100_000).describe("a repetition, a whole number from 1 to 100000"),
    },
    columns: { time: { kind: "sampled", unit: "ms", description: "Median time of the fixed work." } },
    exclusive: true,
    arms: ["arm"],
    baseline: { arm: "same" },
    prepare({ arm }) {
      const work = fixedWork();
      const units = arm === "slower" ? workUnits + workUnits / 10 : workUnits;
      return {
        call() {
          work.run(units);
        },
      };
    },
  };
}
