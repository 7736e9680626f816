/**
 * The control words: 32-bit integers in a SharedArrayBuffer of their own, by their index. What every waiting thread
 * polls, what every thread adds to, and each worker's state lie in different cache lines (16 words of 64 bytes).
 * Single constants, not an object, so that a bundler writes the numbers into the worker's source.
 */

/** Added to for every job and every message; workers wait on it. */
export const EPOCH = 0;
/** 1 while a job may be joined. */
export const OPEN = 16;
export const MODULE = 17;
export const KERNEL = 18;
export const DESCRIPTOR = 19;
export const UNITS = 20;
/** How many modules have been posted to the workers. */
export const POSTED = 21;
/** 1 while the main thread sleeps, or is about to, on a worker's state. */
export const MAIN_WAITS = 22;
/** The first worker that trapped in this job, or 0, with its unit and message. */
export const FAILED_THREAD = 23;
export const FAILED_UNIT = 24;
export const FAILURE_LENGTH = 25;
/** The next unit that nobody has claimed. */
export const NEXT = 32;
export const FAILURE_TEXT = 48;

/** Longest message of a trap that crosses from a worker, in UTF-16 code units. */
export const FAILURE_TEXT_LENGTH = 240;

/** More than any number of units: stored in `NEXT`, it ends a job. */
export const NO_MORE_UNITS = 0x4000_0000;

/** States of a worker. New words are 0. */
export const ABSENT = 0;
export const IDLE = 1;
export const ASLEEP = 2;
export const BUSY = 3;

export const stateOf = (thread: number): number => FAILURE_TEXT + FAILURE_TEXT_LENGTH + 16 * (thread - 1);

export const createWords = (threads: number): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer(4 * stateOf(threads)));

/** How long a thread polls before it sleeps. */
export const SPIN_MILLISECONDS = 0.2;
