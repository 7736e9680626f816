interface Slot {
  buffer: ArrayBuffer;
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
}

const none = new ArrayBuffer(0);

/**
 * Scratch memory that is taken in a scope and given back at its end, and counted. Memory is kept for the next call of
 * the same shape, so that a warm kernel allocates nothing. What is taken holds whatever was there before.
 */
export class ScratchArena {
  readonly #slots: Slot[] = [];
  readonly #poisoned: boolean;
  #taken = 0;
  #bytesInUse = 0;
  #peakBytes = 0;

  /** @param poisoned fill all that is taken with NaN, so that tests see a read before a write */
  constructor(poisoned = false) {
    this.#poisoned = poisoned;
  }

  /** Most bytes in use at one time since `resetPeak`. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  resetPeak(): void {
    this.#peakBytes = this.#bytesInUse;
  }

  /** Gives the kept memory back to the engine. */
  dispose(): void {
    this.#slots.length = 0;
  }

  /** Runs `work`; whatever it takes is free again afterwards. */
  scope<Result>(work: () => Result): Result {
    const { taken, bytesInUse } = { taken: this.#taken, bytesInUse: this.#bytesInUse };
    try {
      return work();
    } finally {
      this.#taken = taken;
      this.#bytesInUse = bytesInUse;
    }
  }

  float32(length: number): Float32Array {
    const slot = this.#take(4 * length);
    if (slot.float32.length !== length) slot.float32 = new Float32Array(slot.buffer, 0, length);
    return this.#poisoned ? slot.float32.fill(Number.NaN) : slot.float32;
  }

  float64(length: number): Float64Array {
    const slot = this.#take(8 * length);
    if (slot.float64.length !== length) slot.float64 = new Float64Array(slot.buffer, 0, length);
    return this.#poisoned ? slot.float64.fill(Number.NaN) : slot.float64;
  }

  int32(length: number): Int32Array {
    const slot = this.#take(4 * length);
    if (slot.int32.length !== length) slot.int32 = new Int32Array(slot.buffer, 0, length);
    return this.#poisoned ? slot.int32.fill(-1) : slot.int32;
  }

  #take(bytes: number): Slot {
    let slot = this.#slots[this.#taken];
    if (!slot || slot.buffer.byteLength < bytes) {
      const buffer = bytes === 0 ? none : new ArrayBuffer(8 * Math.ceil(bytes / 8));
      slot = {
        buffer,
        float32: new Float32Array(buffer, 0, 0),
        float64: new Float64Array(buffer, 0, 0),
        int32: new Int32Array(buffer, 0, 0),
      };
      this.#slots[this.#taken] = slot;
    }
    this.#taken += 1;
    this.#bytesInUse += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytesInUse);
    return slot;
  }
}
