/** Keeps the last bytes of what is written, whatever the amount. */
export class Tail {
  readonly #most: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Buffer): void {
    this.#bytes =
      chunk.length >= this.#most
        ? chunk.subarray(-this.#most)
        : Buffer.concat([this.#bytes, chunk]).subarray(-this.#most);
  }

  clear(): void {
    this.#bytes = Buffer.alloc(0);
  }

  /** As text; a character that was cut in two at the front is left out. */
  text(): string {
    let start = 0;
    while (start < 4 && (this.#bytes[start]! & 0xc0) === 0x80) start += 1;
    return this.#bytes.toString("utf8", start);
  }
}
