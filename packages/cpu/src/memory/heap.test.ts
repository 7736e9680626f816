import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maximumPages } from "../engine/compile.ts";
import { MemoryLimitError } from "../memory/errors.ts";
import { createHeap, type Heap } from "../memory/heap.ts";
import { createScratch } from "../memory/scratch.ts";

const newHeap = (maximum = 64) => createHeap(new WebAssembly.Memory({ initial: 1, maximum }));

const sizes = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 20_000 }));

interface Piece {
  readonly at: number;
  readonly bytes: number;
}

function expectApart(pieces: readonly Piece[], heap: Heap): void {
  const sorted = [...pieces].sort((left, right) => left.at - right.at);
  sorted.forEach(({ at, bytes }, index) => {
    expect(at % 64).toBe(0);
    expect(at).toBeGreaterThan(0);
    const next = sorted[index + 1];
    if (next) expect(at + bytes).toBeLessThanOrEqual(next.at);
    expect(at + bytes).toBeLessThanOrEqual(heap.memory.buffer.byteLength);
  });
}

/** Allocations, and frees of the piece at that share of the list. */
const commands = fc.array(fc.oneof(sizes, fc.double({ min: -1, max: -0.001, noNaN: true })), { maxLength: 60 });

describe("heap", () => {
  it("hands out pieces that do not overlap, aligned, within the memory", () => {
    fc.assert(
      fc.property(commands, (list) => {
        const heap = newHeap();
        const pieces: Piece[] = [];
        for (const command of list) {
          if (command >= 0) pieces.push({ at: heap.allocate(command), bytes: command });
          else if (pieces.length > 0) heap.free(pieces.splice(Math.floor(-command * (pieces.length - 1)), 1)[0]!.at);
          expectApart(pieces, heap);
        }
      }),
    );
  });

  it("joins what is freed in any order: afterwards all fits again at the start, without growing", () => {
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 30 }), fc.infiniteStream(fc.nat()), (list, order) => {
        const heap = newHeap();
        const pieces = list.map((bytes) => ({
          at: heap.allocate(bytes),
          bytes: Math.max(64, Math.ceil(bytes / 64) * 64),
        }));
        const first = pieces[0]!.at;
        const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
        const grown = heap.memory.buffer.byteLength;
        while (pieces.length > 0) heap.free(pieces.splice(order.next().value! % pieces.length, 1)[0]!.at);
        expect(heap.allocate(total)).toBe(first);
        expect(heap.memory.buffer.byteLength).toBe(grown);
      }),
    );
  });

  it("joins a gap between two others with both", () => {
    const heap = newHeap();
    const [a, b, c, end] = [64, 128, 64, 64].map((bytes) => heap.allocate(bytes));
    heap.free(a!);
    heap.free(c!);
    heap.free(b!);
    expect(heap.allocate(256)).toBe(a);
    expect(heap.allocate(1)).toBe(end! + 64);
  });

  it("refuses what is not in use", () => {
    const heap = newHeap();
    const at = heap.allocate(10);
    expect(() => heap.free(at + 64)).toThrow(RangeError);
    heap.free(at);
    expect(() => heap.free(at)).toThrow(RangeError);
  });

  it("says so when the memory cannot hold it, and goes on as if nothing had been asked", () => {
    const heap = newHeap(4);
    const kept = heap.allocate(1000);
    expect(() => heap.allocate(maximumPages * 65536)).toThrow(MemoryLimitError);
    expect(() => heap.allocate(maximumPages * 65536)).toThrow(/4\.00 GiB .* more than a WebAssembly memory has/);
    const refused = () => heap.allocate(4 * 65536);
    expect(refused).toThrow(MemoryLimitError);
    expect(refused).toThrow(expect.objectContaining({ cause: expect.any(RangeError) }));
    expect(heap.allocate(1000)).toBe(kept + 1024);
  });
});

describe("scratch", () => {
  const calls = fc.array(fc.array(sizes, { maxLength: 12 }), { minLength: 1, maxLength: 5 });

  it("hands out pieces that do not overlap until they are released, and counts the most in use", () => {
    fc.assert(
      fc.property(calls, (list) => {
        const heap = newHeap();
        const neighbour = { at: heap.allocate(500), bytes: 500 };
        const scratch = createScratch(heap);
        let most = 0;
        for (const call of list) {
          const pieces = [neighbour];
          let taken = 0;
          for (const bytes of call) {
            pieces.push({ at: scratch.take(bytes), bytes });
            expectApart(
              pieces.filter((piece) => piece.bytes > 0),
              heap,
            );
            taken += Math.ceil(bytes / 64) * 64;
          }
          most = Math.max(most, taken);
          expect(scratch.peakBytes).toBe(most);
          scratch.release();
        }
        scratch.resetPeak();
        expect(scratch.peakBytes).toBe(0);
      }),
    );
  });

  it("takes back what was taken since a mark, marks within marks too, and keeps what was taken before", () => {
    const step = fc.oneof(sizes, fc.constantFrom("mark", "rewind"));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const heap = newHeap();
        const scratch = createScratch(heap);
        const marks: { mark: ReturnType<typeof scratch.mark>; pieces: Piece[]; inUse: number }[] = [];
        let pieces: Piece[] = [];
        let inUse = 0;
        for (const one of steps) {
          if (one === "mark") marks.push({ mark: scratch.mark(), pieces: [...pieces], inUse });
          else if (one === "rewind") {
            const last = marks.pop();
            if (last) scratch.rewind(last.mark);
            ({ pieces, inUse } = last ?? { pieces, inUse });
          } else if (typeof one === "number") {
            pieces = [...pieces, { at: scratch.take(one), bytes: one }];
            inUse += Math.ceil(one / 64) * 64;
          }
          expectApart(
            pieces.filter((piece) => piece.bytes > 0),
            heap,
          );
          scratch.resetPeak();
          expect(scratch.peakBytes).toBe(inUse);
        }
      }),
    );
  });

  it("serves the same call again from what it kept", () => {
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 12 }), (call) => {
        const heap = newHeap();
        const scratch = createScratch(heap);
        const run = () => {
          const addresses = call.map((bytes) => scratch.take(bytes));
          scratch.release();
          return addresses;
        };
        run();
        const second = run();
        const bytes = heap.memory.buffer.byteLength;
        for (let turn = 0; turn < 3; turn += 1) expect(run()).toEqual(second);
        expect(heap.memory.buffer.byteLength).toBe(bytes);
      }),
    );
  });

  it("resets its peak to what is in use, and gives all back when disposed of", () => {
    const heap = newHeap();
    const scratch = createScratch(heap);
    const first = scratch.take(100);
    scratch.take(70_000);
    scratch.release();
    scratch.take(100);
    scratch.resetPeak();
    expect(scratch.peakBytes).toBe(128);
    scratch.take(64);
    expect(scratch.peakBytes).toBe(192);
    scratch.dispose();
    expect(heap.allocate(80_000)).toBe(first);
    expect(scratch.take(64)).not.toBe(first);
  });
});
