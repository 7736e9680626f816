import type { Outcome } from "@xattn/runner";
import { type ZodType, z } from "zod";

const value = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const numbers = z.array(z.number());

/** An outcome that came over a wire or from a file of another process. */
const fields = {
  cell: z.string().regex(/^[0-9a-f]{64}$/),
  measure: z.string(),
  parameters: z.record(z.string(), value),
  seed: z.number(),
  status: z.enum(["ok", "failed", "unsupported", "timeout"]),
  values: z.record(z.string(), value).optional(),
  samples: numbers.optional(),
  rounds: numbers.optional(),
  reference: numbers.optional(),
  batch: z.number().optional(),
  block: z.string().optional(),
  host: z.object({ name: z.string(), fingerprint: z.string() }).optional(),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
  attempts: z.number().optional(),
  quarantined: z.literal(true).optional(),
  lastWords: z.object({ output: z.string(), errors: z.string() }).optional(),
  seconds: z.number(),
  at: z.string(),
} satisfies Record<keyof Outcome, ZodType>;
const outcomeSchema = z.object(fields);

/** The outcomes of a text of JSON; nothing when it is something else. */
export function parseOutcomes(json: string): readonly Outcome[] | undefined {
  try {
    const parsed = z.array(outcomeSchema).safeParse(JSON.parse(json));
    return parsed.success ? (parsed.data as Outcome[]) : undefined;
  } catch {
    return undefined;
  }
}
