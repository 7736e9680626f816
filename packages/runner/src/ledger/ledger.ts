import { closeSync, createReadStream, existsSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { appendFile, stat, truncate } from "node:fs/promises";
import { LedgerError, messageOf, StoreError } from "../errors/errors.ts";
import { decodeLine, encodeLine } from "./line.ts";
import type { Outcome } from "./outcome.ts";

/** What a scan of a ledger found. */
export interface Scan {
  readonly lines: number;
  /** Bytes of whole, sound lines: where the next line belongs. */
  readonly soundBytes: number;
  /** Bytes after them: a last line that was cut off or damaged. */
  readonly damagedBytes: number;
}

/**
 * Reads a ledger line by line and hands every outcome to `take`. A damaged last line is reported, not thrown:
 * a process that dies while it writes leaves one.
 *
 * @throws LedgerError when a line before the last is damaged
 */
export async function scanLedger(file: string, take: (outcome: Outcome) => void): Promise<Scan> {
  if (!existsSync(file)) return { lines: 0, soundBytes: 0, damagedBytes: 0 };
  const { size } = await stat(file);
  let lines = 0;
  let soundBytes = 0;
  let damaged = false;
  for await (const line of linesOf(file, size)) {
    if (damaged) {
      throw new LedgerError(
        `${file}, line ${lines + 1}: the line is damaged and not the last. The ledger is left as it is: restore it from a copy, or remove that line by hand and its cell will run again.`,
      );
    }
    const outcome = soundBytes + line.length < size ? decodeLine(line.toString("utf8")) : undefined;
    if (outcome) {
      take(outcome);
      lines += 1;
      soundBytes += line.length + 1;
    } else damaged = true;
  }
  return { lines, soundBytes, damagedBytes: size - soundBytes };
}

/**
 * Lines as bytes, without their line feed: text from outside may hold other separators that readers of text split at.
 * Ends at `size`: a live run may append while its ledger is read.
 */
async function* linesOf(file: string, size: number): AsyncGenerator<Buffer> {
  if (size === 0) return;
  const lineFeed = 10;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, end: size - 1 })) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield rest;
}

/**
 * Sets a damaged last line aside, so that the ledger ends with a whole one again. The bytes are kept in
 * `<ledger>.damaged`.
 */
export async function repairTail(file: string, scan: Scan): Promise<void> {
  if (scan.damagedBytes === 0) return;
  const tail: Buffer[] = [];
  for await (const chunk of createReadStream(file, { start: scan.soundBytes })) tail.push(chunk as Buffer);
  await appendFile(`${file}.damaged`, Buffer.concat([...tail, Buffer.from("\n")]));
  await truncate(file, scan.soundBytes);
}

/** Appends outcomes. Nothing that was written is ever changed. */
export interface LedgerWriter {
  /** @throws StoreError when the disk is full or gone; the run can be resumed once it is not */
  append(outcomes: readonly Outcome[]): void;
  close(): void;
}

export function openLedger(file: string): LedgerWriter {
  const descriptor = attempt(file, () => openSync(file, "a"));
  return {
    append(outcomes) {
      attempt(file, () => {
        const bytes = Buffer.from(outcomes.map(encodeLine).join(""));
        for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
      });
    },
    close() {
      try {
        attempt(file, () => fdatasyncSync(descriptor));
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

function attempt<Result>(file: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new StoreError(`${file}: cannot be written: ${messageOf(error)}. What was recorded before is kept.`);
  }
}
