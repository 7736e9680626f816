import { type Random, seededRandom } from "@xattn/core";
import { z } from "zod";
import { relativeError } from "../../accuracy/relative-error.ts";
import { seedParameter, wholeNumber } from "../../cell/whole-number.ts";
import { deterministic } from "../../contract/deterministic.ts";
import type { DirectMeasure, Parameters } from "../../contract/measure.ts";
import { type Mean, meanOf, ratioOf } from "../performer/mean.ts";
import { attendThrough, storedParts } from "./attend-through.ts";
import { type StorageFormat, storageFormats, stored } from "./store.ts";

type StorageColumn =
  | "storageError"
  | "storageErrorLow"
  | "storageErrorHigh"
  | "overFloat16"
  | "overFloat16Low"
  | "overFloat16High"
  | "overflowShare"
  | "largestStored";

/**
 * What attention loses when a part of it is stored in few bits and all else stays float64. Queries and keys are Gaussian,
 * scaled alike so that logits q·k/√d have standard deviation `spread`; values are unit-Gaussian. A draw whose output is
 * not finite, since an element overflowed, leaves no error; overflowShare then says how many did.
 */
export function storageError(): DirectMeasure<StorageColumn> {
  return {
    kind: "direct",
    name: "storageError",
    version: 1,
    description: "Error of attention with inputs, logits or weights stored in float16, bfloat16 or int8.",
    parameters: {
      format: z.enum(storageFormats),
      part: z.enum(storedParts),
      spread: z
        .number()
        .positive()
        .max(2 ** 60)
        .describe("standard deviation of the logits, above 0 and at most 2^60"),
      n: wholeNumber("queries n", 1, 1024),
      m: wholeNumber("keys m", 1, 4096),
      d: wholeNumber("head dimension d", 1, 1024),
      draws: wholeNumber("independent draws", 2, 1000),
      seed: seedParameter,
    },
    columns: {
      storageError: deterministic("1", "‖out − exact‖ / ‖exact‖, mean over draws; nothing if one is not finite.", 1e-6),
      storageErrorLow: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
      storageErrorHigh: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
      overFloat16: deterministic("1", "Error of bfloat16 over that of float16, same draws; nothing for others.", 1e-6),
      overFloat16Low: deterministic("1", "Lower end of its 95 % interval.", 1e-6),
      overFloat16High: deterministic("1", "Upper end of its 95 % interval.", 1e-6),
      overflowShare: deterministic("1", "Share of stored elements that became infinite."),
      largestStored: deterministic("1", "Largest magnitude before it was stored.", 1e-9),
    },
    exclusive: false,
    run(cell, { seed }) {
      const format = cell.format as StorageFormat;
      const results = drawAll(cell, format, seed);
      const float16 = format === "bfloat16" ? errorsOf(drawAll(cell, "float16", seed)) : undefined;
      const errors = errorsOf(results);
      return {
        ...withInterval("storageError", errors && meanOf(errors)),
        ...withInterval("overFloat16", errors && float16 && ratioOf(errors, float16)),
        overflowShare: meanOf(results.map(({ overflowShare }) => overflowShare)).estimate,
        largestStored: results.reduce((most, { largestStored }) => Math.max(most, largestStored), 0),
      } as Record<StorageColumn, number | null>;
    },
  };
}

function drawAll(cell: Parameters, format: StorageFormat, seed: number) {
  const random = seededRandom(seed);
  return Array.from({ length: cell.draws as number }, (_, index) =>
    measured(cell, format, random.fork(`draw ${index}`)),
  );
}

/** Nothing when an output was not finite. */
function errorsOf(results: readonly { readonly error: number }[]): readonly number[] | undefined {
  const errors = results.map(({ error }) => error);
  return errors.every(Number.isFinite) ? errors : undefined;
}

function withInterval(column: string, mean: Mean | undefined): Record<string, number | null> {
  const usable = mean !== undefined && Number.isFinite(mean.estimate) && Number.isFinite(mean.standardError);
  const at = (factor: number) => (usable ? Math.max(0, mean.estimate + factor * mean.standardError) : null);
  return { [column]: at(0), [`${column}Low`]: at(-1.96), [`${column}High`]: at(1.96) };
}

function measured(cell: Parameters, format: StorageFormat, random: Random) {
  const { n, m, d, spread } = cell as Record<string, number>;
  const draw = (name: string, rows: number, scale: number) => {
    const drawn = random.fork(name);
    return Float64Array.from({ length: rows * d! }, () => scale * drawn.normal());
  };
  const side = Math.sqrt(spread!);
  const inputs = { query: draw("query", n!, side), key: draw("key", m!, side), value: draw("value", m!, 1) };
  const exact = attendThrough(inputs, d!, () => (values) => values);
  let [count, overflowed, largestStored] = [0, 0, 0];
  const output = attendThrough(inputs, d!, (part) => (values, width) => {
    if (part !== cell.part) return values;
    const result = stored(values, width, format);
    count += values.length;
    overflowed += result.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
    largestStored = values.reduce((most, value) => Math.max(most, Math.abs(value)), largestStored);
    return result;
  });
  return { error: relativeError(output, exact), overflowShare: overflowed / count, largestStored };
}
