import { ArgumentError, type DType, elementCount, type StorageOf, type Tensor } from "@xattn/core";
import type { DeviceSession } from "../device/session.ts";
import { bytesOf, type DeviceDType } from "../wgsl/storage.ts";

/** A tensor in a device's memory: dense, row-major, as `Tensor` is on the host. It lives until `free`. */
export interface GpuTensor<Type extends DeviceDType = DeviceDType> {
  readonly dtype: Type;
  readonly shape: readonly number[];
  /** WebGPU's own buffer, which may be longer than the tensor. */
  readonly buffer: GPUBuffer;
}

/** What a GpuTensor is inside: it knows its device. */
export class DeviceTensor<Type extends DeviceDType = DeviceDType> implements GpuTensor<Type> {
  readonly dtype: Type;
  readonly shape: readonly number[];
  readonly buffer: GPUBuffer;
  readonly session: DeviceSession;

  constructor(session: DeviceSession, dtype: Type, shape: readonly number[], buffer: GPUBuffer) {
    this.session = session;
    this.dtype = dtype;
    this.shape = [...shape];
    this.buffer = buffer;
  }
}

export type AnyTensor = Tensor | GpuTensor;

export function isOnDevice(source: AnyTensor): source is GpuTensor {
  return "buffer" in source;
}

/** The tensor as one of this device. @throws ArgumentError when it is of another, or was freed */
export function ownTensor(session: DeviceSession, name: string, source: GpuTensor): DeviceTensor {
  if (!(source instanceof DeviceTensor) || source.session !== session) {
    throw new ArgumentError(`${name}: is on another device than this backend's, or its device was lost`);
  }
  if (!session.pool.has(source.buffer)) throw new ArgumentError(`${name}: was freed`);
  return source;
}

export const tensorBytes = (dtype: DeviceDType, shape: readonly number[]) => bytesOf[dtype] * elementCount(shape);

/** From and to along each axis. */
export type Ranges = readonly (readonly [number, number])[];

/** Runs of neighbouring elements of a block within a tensor of this shape: where they begin, and how long they are. */
function runsOf(
  shape: readonly number[],
  ranges: Ranges,
): { readonly starts: readonly number[]; readonly length: number } {
  let axis = shape.length;
  let length = 1;
  // Inner axes that are taken whole, and the one outside of them, are one run.
  while (axis > 0) {
    axis -= 1;
    const [from, to] = ranges[axis]!;
    length *= to - from;
    if (to - from !== shape[axis]) break;
  }
  const steps = shape.map((_, at) => shape.slice(at + 1).reduce((product, size) => product * size, 1));
  let starts = [ranges.reduce((sum, [from], at) => sum + (at >= axis ? from * steps[at]! : 0), 0)];
  for (let outer = axis - 1; outer >= 0; outer -= 1) {
    const [from, to] = ranges[outer]!;
    starts = Array.from({ length: to - from }, (_, at) =>
      starts.map((start) => start + (from + at) * steps[outer]!),
    ).flat();
  }
  return { starts, length };
}

type Storage = StorageOf[DType];

/** A block of a tensor as an array of its own, or the tensor's where it is all of it. */
export function takeBlock(source: Tensor, ranges: Ranges): Storage {
  const { starts, length } = runsOf(source.shape, ranges);
  if (starts.length === 1 && length === source.data.length) return source.data;
  const block = new (source.data.constructor as new (length: number) => Storage)(starts.length * length);
  for (const [at, start] of starts.entries())
    block.set(source.data.subarray(start, start + length) as never, at * length);
  return block;
}

/** Writes a block of a tensor. */
export function putBlock(target: Tensor, ranges: Ranges, block: Storage): void {
  const { starts, length } = runsOf(target.shape, ranges);
  for (const [at, start] of starts.entries()) {
    target.data.set(block.subarray(at * length, (at + 1) * length) as never, start);
  }
}

/** Adds to a block of a tensor. */
export function addBlock(target: Tensor<"float32">, ranges: Ranges, block: Float32Array): void {
  const { starts, length } = runsOf(target.shape, ranges);
  for (const [at, start] of starts.entries()) {
    for (let index = 0; index < length; index += 1) target.data[start + index]! += block[at * length + index]!;
  }
}
