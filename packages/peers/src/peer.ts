import type { PeerProblem } from "./inputs/problem.ts";

/** One attention, ready to be computed again and again by a library. */
export interface PreparedPeer {
  /** Computes the attention once; the work is done when this returns, or when its promise is fulfilled. */
  run(): void | Promise<void>;
  /** What the last `run` computed, [h, n, e]. */
  output(): Float32Array | Promise<Float32Array>;
  /** Gives back all memory of inputs, output and session. */
  dispose(): void | Promise<void>;
}

/** A library, and the way in which it is asked for attention. */
export interface Peer {
  readonly name: string;
  /** How attention is expressed in it, in one sentence. */
  readonly title: string;
  /** The packages that compute, with their versions; none when they are part of this workspace. */
  readonly versions: Readonly<Record<string, string>>;
  /**
   * Inputs become the library's own tensors here, outside of what is timed.
   *
   * @param threads threads that the library may compute with, the caller's included
   * @throws UnsupportedError when the library is not installed or does not compute this
   */
  create(problem: PeerProblem, threads: number): Promise<PreparedPeer>;
}
