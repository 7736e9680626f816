import { type PeerProblem, problemOf } from "../inputs/problem.ts";
import { shapeOf } from "../shape/shape.ts";
import { type ReferenceRows, referenceRows } from "./reference-rows.ts";

/** What all peers at a shape are given, and held to. */
export interface Subject {
  readonly problem: PeerProblem;
  readonly reference: ReferenceRows;
}

let latest: { readonly name: string; readonly seed: number; readonly subject: Subject } | undefined;

/** The subject of a shape and a seed. The peers of a block ask one after the other, so the latest is kept. */
export function subjectOf(name: string, seed: number): Subject {
  if (latest?.name === name && latest.seed === seed) return latest.subject;
  const problem = problemOf(shapeOf(name), seed);
  const subject = { problem, reference: referenceRows(problem, seed) };
  latest = { name, seed, subject };
  return subject;
}
