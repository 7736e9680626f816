import { type Parameters, relativeError, UnsupportedError } from "@xattn/measures";
import type { Peer, PreparedPeer } from "../peer.ts";
import { isOwn, type PeerBackend, peerOf } from "../peers.ts";
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

/** Which peer, and with how much. */
export interface PeerChoice {
  readonly name: string;
  readonly backend: PeerBackend;
  readonly threads: number;
}

/** What a cell says. */
export function choiceOf({ peer, backend, threads }: Parameters): PeerChoice {
  return { name: peer as string, backend: (backend ?? "cpu") as PeerBackend, threads: threads as number };
}

/** The peer of a cell at its shape, checked. */
export function preparePeer(choice: PeerChoice, shape: string, seed: number): Promise<CheckedPeer> {
  return checkPeer(peerOf(choice.name, choice.backend), subjectOf(shape, seed), choice.threads);
}

/**
 * Has a peer compute once, and holds the output to the reference: nothing else is worth a time.
 *
 * @throws UnsupportedError when the peer is not there, does not compute this, or errs by more than 1e-4
 * @throws AccuracyError when one of this project's own backends errs by more than that
 */
export async function checkPeer(peer: Peer, subject: Subject, threads: number): Promise<CheckedPeer> {
  const { prepared, error } = await computeOnce(peer, subject, threads);
  if (isRight(error)) return { prepared, error };
  await prepared.dispose();
  const wrong = new AccuracyError(
    `wrong: its output errs by ${error.toExponential(1)}, and ${largestError} is allowed`,
  );
  throw isOwn(peer) ? wrong : refusal(peer, wrong);
}

/**
 * How far a peer's output is from float64, also when it is wrong: another library's error is a figure to be shown.
 *
 * @throws UnsupportedError when the peer is not there, does not compute this, or gives NaN
 * @throws AccuracyError when one of this project's own backends errs by more than 1e-4
 */
export async function errorOfPeer(peer: Peer, subject: Subject, threads: number): Promise<number> {
  if (isOwn(peer)) {
    const { prepared, error } = await checkPeer(peer, subject, threads);
    await prepared.dispose();
    return error;
  }
  const { prepared, error } = await computeOnce(peer, subject, threads);
  await prepared.dispose();
  if (!Number.isFinite(error)) throw new UnsupportedError(`${peer.name}: wrong: its output is not finite`);
  return error;
}

async function computeOnce(peer: Peer, subject: Subject, threads: number): Promise<CheckedPeer> {
  let prepared: PreparedPeer | undefined;
  try {
    prepared = await peer.create(subject.problem, threads);
    await prepared.run();
    return { prepared, error: errorOf(await prepared.output(), subject) };
  } catch (error) {
    await prepared?.dispose();
    throw isOwn(peer) ? error : refusal(peer, error);
  }
}

/** Written so that NaN fails too. */
function isRight(error: number): boolean {
  return error <= largestError;
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
