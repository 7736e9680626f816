import { maximumPages } from "../engine/compile.ts";
import { MemoryLimitError } from "./errors.ts";

const pageBytes = 65536;
const alignment = 64;
/** Kept free, so that no address is 0 and small differences of addresses do not wrap. */
const firstAddress = pageBytes;

/** Hands out pieces of a WebAssembly memory and takes them back. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  /**
   * Address of at least `bytes` bytes, a multiple of 64. What they hold is not defined.
   *
   * @throws MemoryLimitError when they do not fit in 4 GiB, or the engine has no memory left
   */
  allocate(bytes: number): number;
  /** Gives back what `allocate` returned. */
  free(address: number): void;
}

interface Gap {
  at: number;
  bytes: number;
}

/** First fit in a list of gaps by address; neighbouring gaps are joined. */
export function createHeap(memory: WebAssembly.Memory): Heap {
  const gaps: Gap[] = [];
  const taken = new Map<number, number>();
  let end = firstAddress;
  return { memory, allocate, free };

  function allocate(bytes: number): number {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    let at = takeGap(size);
    if (at === undefined) {
      at = end;
      growTo(at + size);
      end = at + size;
    }
    taken.set(at, size);
    return at;
  }

  function takeGap(size: number): number | undefined {
    const index = gaps.findIndex((gap) => gap.bytes >= size);
    const gap = gaps[index];
    if (!gap) return undefined;
    const { at } = gap;
    if (gap.bytes === size) gaps.splice(index, 1);
    else gaps[index] = { at: at + size, bytes: gap.bytes - size };
    return at;
  }

  function growTo(bytes: number): void {
    const has = memory.buffer.byteLength;
    if (bytes <= has) return;
    const pages = Math.ceil((bytes - has) / pageBytes);
    if (has / pageBytes + pages > maximumPages) throw new MemoryLimitError(bytes, "more than a WebAssembly memory has");
    try {
      memory.grow(pages);
    } catch (cause) {
      throw new MemoryLimitError(bytes, "which the engine refuses", { cause });
    }
  }

  function free(address: number): void {
    const bytes = taken.get(address);
    if (bytes === undefined) throw new RangeError(`address ${address} is not in use`);
    taken.delete(address);
    let index = gaps.findIndex((gap) => gap.at > address);
    if (index < 0) index = gaps.length;
    gaps.splice(index, 0, { at: address, bytes });
    join(index);
    join(index - 1);
    const last = gaps.at(-1);
    if (last && last.at + last.bytes === end) {
      end = last.at;
      gaps.pop();
    }
  }

  function join(index: number): void {
    const [gap, next] = [gaps[index], gaps[index + 1]];
    if (!gap || !next || gap.at + gap.bytes !== next.at) return;
    gap.bytes += next.bytes;
    gaps.splice(index + 1, 1);
  }
}
