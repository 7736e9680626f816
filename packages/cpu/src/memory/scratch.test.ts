import { describe, expect, it } from "vitest";
import { createHeap } from "./heap.ts";
import { createScratch } from "./scratch.ts";

function setUp() {
  const heap = createHeap(new WebAssembly.Memory({ initial: 2, maximum: 64 }));
  return { heap, scratch: createScratch(heap) };
}

describe("scratch memory", () => {
  it("hands out again what was taken after a mark, and keeps what was taken before", () => {
    const { scratch } = setUp();
    const before = scratch.take(100);
    const mark = scratch.mark();
    const after = [scratch.take(1000), scratch.take(2000)];
    scratch.rewind(mark);
    const again = [scratch.take(1000), scratch.take(2000)];
    expect(again).toEqual(after);
    expect(again).not.toContain(before);
    expect(scratch.peakBytes).toBe(128 + 1024 + 2048);
  });

  it("never lets two live pieces overlap, whatever was rewound", () => {
    const { scratch } = setUp();
    for (let call = 0; call < 3; call += 1) {
      const live: [number, number][] = [];
      const take = (bytes: number) => live.push([scratch.take(bytes), bytes]);
      take(64);
      const mark = scratch.mark();
      for (const bytes of [500, 64, 4000]) scratch.take(bytes);
      scratch.rewind(mark);
      for (const bytes of [4000, 64, 700, 5000]) take(bytes);
      const sorted = live.toSorted(([a], [b]) => a - b);
      for (const [index, [at, bytes]] of sorted.entries()) {
        expect(at + bytes).toBeLessThanOrEqual(sorted[index + 1]?.[0] ?? Number.POSITIVE_INFINITY);
      }
      scratch.release();
    }
  });

  it("keeps one block for the next call, as large as what was in use at one time", () => {
    const { heap, scratch } = setUp();
    scratch.take(64);
    const mark = scratch.mark();
    for (const bytes of [64000, 64000]) scratch.take(bytes);
    scratch.rewind(mark);
    scratch.take(128000);
    scratch.release();
    const first = scratch.take(64);
    expect(scratch.take(128000)).toBe(first + 64);
    scratch.release();
    scratch.dispose();
    const whole = heap.allocate(64);
    expect(whole).toBe(65536);
  });
});
