import { z } from "zod";

const text = z.string().min(1).max(4096);
const value = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** What has to be the same on the machine that plans a run and on one that takes cells of it. */
const facts = z.object({
  /** Of the messages between the two. */
  schema: z.literal(1),
  nodeMajor: z.number().int(),
  lockfileHash: z.string().nullable(),
  /** Of the measured packages and the experiment's file. */
  sourceHash: text,
  planHash: text,
});
export type RunFacts = z.infer<typeof facts>;

const sampling = z.object({
  budgetSeconds: z.number(),
  precision: z.number(),
  sampleMs: z.number(),
  minimumRounds: z.number(),
  maximumRounds: z.number(),
});

/** What a worker is told of a run. It holds no code and no secret: the worker has the same repository. */
export const runDescription = z.object({
  /** Names the run in Redis: letters, digits and hyphens. */
  id: z.string().regex(/^[\w.-]{1,200}$/),
  experiment: text,
  /** The experiment's file, relative to the root of the repository. */
  file: text,
  profile: text,
  overrides: z.record(z.string(), z.array(value)),
  seed: z.number(),
  facts,
  /** Of the manifest's environment: cells that need a machine to themselves go to machines of this kind alone. */
  fingerprint: text,
  sampling,
  deadlineSeconds: z.number().positive(),
});
export type RunDescription = z.infer<typeof runDescription>;

/** In what a machine differs from what a run needs, a sentence each; none when it may take cells. */
export function mismatches(wanted: RunFacts, here: RunFacts): string[] {
  const found: string[] = [];
  const compare = (name: string, there: string | number | null, own: string | number | null) => {
    if (there !== own) found.push(`${name} ${short(own)} where the run has ${short(there)}`);
  };
  compare("message schema", wanted.schema, here.schema);
  compare("Node", wanted.nodeMajor, here.nodeMajor);
  compare("lockfile", wanted.lockfileHash, here.lockfileHash);
  compare("source", wanted.sourceHash, here.sourceHash);
  compare("plan", wanted.planHash, here.planHash);
  return found;
}

function short(value: string | number | null): string {
  if (value === null) return "none";
  return typeof value === "number" ? String(value) : value.slice(0, 12);
}
