import type { DeviceSession } from "../device/session.ts";
import { mapModeRead } from "../device/usage.ts";
import type { BufferKind } from "../memory/pool.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { type DispatchSizes, sizesBytes, sizesData } from "../wgsl/sizes.ts";
import type { Timer } from "./timer.ts";

/** What a backend has done since it was made. */
export interface WorkCounts {
  readonly dispatches: number;
  readonly submissions: number;
  readonly bytesUploaded: number;
  readonly bytesDownloaded: number;
}

/**
 * Commands for a device, gathered until something is read back. Buffers that are given back meanwhile are used again
 * only after that: writes to them would overtake the commands.
 */
export class Recorder {
  readonly session: DeviceSession;
  #encoder: GPUCommandEncoder | undefined;
  readonly #released: GPUBuffer[] = [];
  /** Whether the device took the last commands. */
  #verdict: Promise<unknown> | undefined;
  #timer: Timer | undefined;
  #dispatches = 0;
  #submissions = 0;
  #uploaded = 0;
  #downloaded = 0;

  constructor(session: DeviceSession) {
    this.session = session;
  }

  get counts(): WorkCounts {
    return {
      dispatches: this.#dispatches,
      submissions: this.#submissions,
      bytesUploaded: this.#uploaded,
      bytesDownloaded: this.#downloaded,
    };
  }

  take(bytes: number, name: string, kind: BufferKind = "storage"): GPUBuffer {
    return this.session.pool.take(kind, Math.max(1, bytes), name);
  }

  /** Writes numbers to a buffer, filled up to whole words. */
  write(buffer: GPUBuffer, data: ArrayBufferView): void {
    const { queue } = this.session.device;
    const whole = data.byteLength - (data.byteLength % 4);
    this.#uploaded += data.byteLength;
    if (whole > 0) queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, whole);
    if (whole === data.byteLength) return;
    const rest = new Uint8Array(4);
    rest.set(new Uint8Array(data.buffer, data.byteOffset + whole, data.byteLength - whole));
    queue.writeBuffer(buffer, whole, rest);
  }

  upload(data: ArrayBufferView, name: string): GPUBuffer {
    const buffer = this.take(data.byteLength, name);
    this.write(buffer, data);
    return buffer;
  }

  /** One dispatch; `buffers` follow its sizes in the shader's bindings. */
  run(
    pipeline: GPUComputePipeline,
    shader: Shader,
    sizes: DispatchSizes,
    buffers: readonly GPUBuffer[],
    groups: readonly [number, number, number],
  ): void {
    const { device } = this.session;
    const uniform = this.take(sizesBytes, "sizes", "uniform");
    this.write(uniform, sizesData(sizes));
    this.release(uniform);
    const bound = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [uniform, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } })),
      label: shader.title,
    });
    const timestampWrites = this.#timer?.around(shader.title);
    const pass = this.#open().beginComputePass(timestampWrites && { timestampWrites });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bound);
    pass.dispatchWorkgroups(...groups);
    pass.end();
    this.#dispatches += 1;
  }

  /** Lets a timer mark the dispatches that come, or none any more. */
  timeWith(timer: Timer | undefined): void {
    this.#timer = timer;
  }

  clear(buffer: GPUBuffer): void {
    this.#open().clearBuffer(buffer);
  }

  /** Gives a buffer back once the commands so far are on their way. */
  release(buffer: GPUBuffer): void {
    this.#released.push(buffer);
  }

  flush(): void {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    if (encoder) {
      const { device } = this.session;
      device.pushErrorScope("validation");
      device.queue.submit([encoder.finish()]);
      this.#verdict = device.popErrorScope().then(
        (error) => error && this.session.refuse(error.message),
        () => {},
      );
      this.#submissions += 1;
    }
    for (const buffer of this.#released.splice(0)) this.session.pool.give(buffer);
  }

  /** Bytes of buffers, in one submission. */
  async download(
    wanted: readonly { readonly buffer: GPUBuffer; readonly bytes: number }[],
  ): Promise<readonly ArrayBuffer[]> {
    const { session } = this;
    const copies = wanted.map(({ buffer, bytes }) => {
      const length = Math.max(4, Math.ceil(bytes / 4) * 4);
      const copy = this.take(length, "copy to read", "readback");
      this.#open().copyBufferToBuffer(buffer, 0, copy, 0, length);
      return { copy, bytes, length };
    });
    this.flush();
    try {
      const maps = copies.map(({ copy, length }) => copy.mapAsync(mapModeRead, 0, length));
      await session.waitFor(Promise.all([...maps, this.#verdict]));
      return copies.map(({ copy, bytes, length }) => {
        this.#downloaded += bytes;
        return copy.getMappedRange(0, length).slice(0, bytes);
      });
    } finally {
      for (const { copy } of copies) {
        copy.unmap();
        session.pool.give(copy);
      }
    }
  }

  #open(): GPUCommandEncoder {
    this.#encoder ??= this.session.device.createCommandEncoder();
    return this.#encoder;
  }
}
