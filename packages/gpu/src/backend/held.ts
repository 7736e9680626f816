import type { Recorder } from "./recorder.ts";
import { type AnyTensor, isOnDevice, ownTensor, type Ranges, takeBlock } from "./tensors.ts";

/** Buffers that a step of a call holds, and gives back when it is recorded or fails. */
export class HeldBuffers {
  readonly #recorder: Recorder;
  readonly #held = new Set<GPUBuffer>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  take(bytes: number, name: string): GPUBuffer {
    const buffer = this.#recorder.take(bytes, name);
    this.#held.add(buffer);
    return buffer;
  }

  /** Numbers as a uniform of so many bytes. */
  takeUniform(data: ArrayBufferView, bytes: number): GPUBuffer {
    const buffer = this.#recorder.take(bytes, "uniform", "uniform");
    this.#held.add(buffer);
    this.#recorder.write(buffer, data);
    return buffer;
  }

  /** A tensor's block on the device: a copy that is held, or the tensor itself where it is there already. */
  place(name: string, source: AnyTensor, ranges: Ranges): GPUBuffer {
    if (isOnDevice(source)) return ownTensor(this.#recorder.session, name, source).buffer;
    const buffer = this.#recorder.upload(takeBlock(source, ranges), name);
    this.#held.add(buffer);
    return buffer;
  }

  /** Holds a buffer that was made elsewhere. */
  keep(buffer: GPUBuffer): GPUBuffer {
    this.#held.add(buffer);
    return buffer;
  }

  /** Leaves a buffer to the caller. */
  hand<Handed extends GPUBuffer | undefined>(buffer: Handed): Handed {
    if (buffer) this.#held.delete(buffer);
    return buffer;
  }

  give(...buffers: readonly GPUBuffer[]): void {
    for (const buffer of buffers) if (this.#held.delete(buffer)) this.#recorder.release(buffer);
  }

  giveAll(): void {
    this.give(...this.#held);
  }
}
