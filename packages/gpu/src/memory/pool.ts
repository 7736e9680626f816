import type { GpuLimits } from "../device/limits.ts";
import { bufferUsage } from "../device/usage.ts";
import { LimitError } from "../errors/errors.ts";

/** What a buffer is for: buffers of one kind replace each other. */
export type BufferKind = "storage" | "uniform" | "readback";

const usageOf: Readonly<Record<BufferKind, number>> = {
  storage: bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyDestination,
  uniform: bufferUsage.uniform | bufferUsage.copyDestination,
  readback: bufferUsage.mapRead | bufferUsage.copyDestination,
};

const smallest = 256;
/** Buffers that wait to be used again, at most; the one that has waited longest goes first. */
const idleBytesKept = 256 * 2 ** 20;

/** Bytes that the pool takes for a buffer: at most an eighth more than asked, so that sizes meet again. */
export function bufferBytes(bytes: number): number {
  const step = Math.max(smallest, 2 ** (Math.floor(Math.log2(Math.max(1, bytes))) - 3));
  return Math.max(smallest, Math.ceil(bytes / step) * step);
}

function mostBytes(kind: BufferKind, { maxBufferSize, maxStorageBufferBindingSize }: GpuLimits): number {
  return kind === "storage" ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
}

/** The same where a device's limits leave no room for more than is asked. */
export function pooledBytes(kind: BufferKind, bytes: number, limits: GpuLimits): number {
  const most = mostBytes(kind, limits);
  return Math.min(bufferBytes(bytes), Math.max(smallest, most - (most % 4)));
}

/** Buffers of a device, used again, with the most bytes that were in use at one time. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #limits: GpuLimits;
  readonly #taken = new Map<GPUBuffer, BufferKind>();
  readonly #idle: { readonly kind: BufferKind; readonly buffer: GPUBuffer }[] = [];
  #inUse = 0;
  #idleBytes = 0;
  #peak = 0;

  constructor(device: GPUDevice, limits: GpuLimits) {
    this.#device = device;
    this.#limits = limits;
  }

  /** A buffer of at least `bytes`; what it holds is not defined. @throws LimitError beyond what a buffer can hold */
  take(kind: BufferKind, bytes: number, name: string): GPUBuffer {
    const most = mostBytes(kind, this.#limits);
    if (bytes > most) throw new LimitError(`${name}: needs a buffer of ${bytes} bytes, and the device allows ${most}`);
    const size = pooledBytes(kind, bytes, this.#limits);
    const at = this.#idle.findLastIndex((one) => one.kind === kind && one.buffer.size === size);
    const found = this.#idle[at];
    if (found) {
      this.#idle.splice(at, 1);
      this.#idleBytes -= size;
    }
    const buffer = found?.buffer ?? this.#device.createBuffer({ size, usage: usageOf[kind], label: kind });
    this.#taken.set(buffer, kind);
    this.#inUse += size;
    this.#peak = Math.max(this.#peak, this.#inUse);
    return buffer;
  }

  give(buffer: GPUBuffer): void {
    const kind = this.#taken.get(buffer);
    if (kind === undefined) return;
    this.#taken.delete(buffer);
    this.#inUse -= buffer.size;
    this.#idle.push({ kind, buffer });
    this.#idleBytes += buffer.size;
    while (this.#idleBytes > idleBytesKept) {
      const oldest = this.#idle.shift()!;
      this.#idleBytes -= oldest.buffer.size;
      oldest.buffer.destroy();
    }
  }

  has(buffer: GPUBuffer): boolean {
    return this.#taken.has(buffer);
  }

  get buffersInUse(): number {
    return this.#taken.size;
  }

  get bytesInUse(): number {
    return this.#inUse;
  }

  get bytesIdle(): number {
    return this.#idleBytes;
  }

  get peakBytes(): number {
    return this.#peak;
  }

  resetPeak(): void {
    this.#peak = this.#inUse;
  }

  destroy(): void {
    for (const buffer of [...this.#taken.keys(), ...this.#idle.map(({ buffer }) => buffer)]) buffer.destroy();
    this.#taken.clear();
    this.#idle.length = 0;
    this.#inUse = 0;
    this.#idleBytes = 0;
  }
}
