import type { DeviceSession } from "../device/session.ts";
import { bufferUsage, mapModeRead } from "../device/usage.ts";

/** What one dispatch took on the device. */
export interface DispatchTime {
  /** What its shader is for. */
  readonly title: string;
  readonly nanoseconds: number;
}

/** Marks of a query set, two a dispatch: WebGPU allows 4096 in one. */
const marks = 4096;

/** Writes the device's own clock around dispatches (WebGPU feature timestamp-query). */
export class Timer {
  readonly #session: DeviceSession;
  readonly #marks: GPUQuerySet;
  readonly #titles: string[] = [];

  constructor(session: DeviceSession) {
    this.#session = session;
    this.#marks = session.device.createQuerySet({ type: "timestamp", count: marks });
  }

  /** How a pass marks its beginning and end; nothing once all marks are used. */
  around(title: string): GPUComputePassTimestampWrites | undefined {
    const at = 2 * this.#titles.length;
    if (at >= marks) return undefined;
    this.#titles.push(title);
    return { querySet: this.#marks, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** Times of the dispatches so far, which have been sent. */
  async read(): Promise<readonly DispatchTime[]> {
    const { device } = this.#session;
    const count = 2 * this.#titles.length;
    try {
      if (count === 0) return [];
      const size = 8 * count;
      const resolved = device.createBuffer({ size, usage: bufferUsage.queryResolve | bufferUsage.copySource });
      const copy = device.createBuffer({ size, usage: bufferUsage.mapRead | bufferUsage.copyDestination });
      try {
        const encoder = device.createCommandEncoder();
        encoder.resolveQuerySet(this.#marks, 0, count, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, copy, 0, size);
        device.queue.submit([encoder.finish()]);
        await this.#session.waitFor(copy.mapAsync(mapModeRead));
        const clock = new BigUint64Array(copy.getMappedRange().slice(0));
        return this.#titles.map((title, at) => ({
          title,
          nanoseconds: Number(clock[2 * at + 1]! - clock[2 * at]!),
        }));
      } finally {
        resolved.destroy();
        copy.destroy();
      }
    } finally {
      this.#marks.destroy();
    }
  }
}
