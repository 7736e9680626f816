import { relativeError, UnsupportedError } from "@xattn/measures";
import type { Peer, PreparedPeer } from "../peer.ts";
import { isOwn, peerOf } from "../peers.ts";
import { pickRows } from "./reference-rows.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** Float32 sums in any order stay far below; a wrong mask, scale or layout lies far above. */
const largestError = 1e-4;

/** A backend of this project computed something else than attention. */
export class AccuracyError extends Error {
  override readonly name = "AccuracyError";
}

export interface CheckedPeer {
  readonly prepared: PreparedPeer;
  /** ‖output − reference‖ / ‖reference‖ in the Frobenius norm, over the reference's rows. */
  readonly error: number;
}

/** The peer of a name at a shape, checked. */
export function preparePeer(name: string, shape: string, threads: number, seed: number): Promise<CheckedPeer> {
  return checkPeer(peerOf(name), subjectOf(shape, seed), threads);
}

/**
 * Has a peer compute once, and holds the output to the reference: nothing else is worth a time.
 *
 * @throws UnsupportedError when the peer is not there, does not compute this, or errs by more than 1e-4
 * @throws AccuracyError when one of this project's own backends errs by more than that
 */
export async function checkPeer(peer: Peer, subject: Subject, threads: number): Promise<CheckedPeer> {
  let prepared: PreparedPeer | undefined;
  try {
    prepared = await peer.create(subject.problem, threads);
    await prepared.run();
    const error = errorOf(prepared.output(), subject);
    // Written so that NaN fails too.
    if (!(error <= largestError)) {
      throw new AccuracyError(`its output errs by ${error.toExponential(1)}, and ${largestError} is allowed`);
    }
    return { prepared, error };
  } catch (error) {
    await prepared?.dispose();
    throw isOwn(peer) ? error : refusal(peer, error);
  }
}

function errorOf(output: Float32Array, { problem, reference }: Subject): number {
  const { heads, n, e } = problem.shape;
  return relativeError(pickRows(output, heads, n, e, reference.rows), reference.output);
}

/** What another library cannot do is no failure of this project's. */
function refusal(peer: Peer, error: unknown): unknown {
  if (error instanceof UnsupportedError) return error;
  return new UnsupportedError(`${peer.name}: ${error instanceof Error ? error.message : String(error)}`);
}
