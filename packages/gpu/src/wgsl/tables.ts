/** Positions and distances on the device are 32-bit integers; what is further away than this is never met. */
export const far = 2 ** 30;

/** A whole number of any size as one that the device can compare with distances between positions. */
export function nearest(value: number): number {
  return Math.max(-far, Math.min(far, value));
}

/**
 * Numbers that a shader looks up, gathered in one array of words: first where each table starts, then the tables. Code
 * names tables by their order, so that it does not change when the numbers do.
 */
export class Tables {
  readonly #tables: Uint32Array[] = [];

  /** WGSL for a table's whole number at an index, itself WGSL. */
  integers(values: ArrayLike<number>): (index: string) => string {
    const slot = this.#add(new Uint32Array(Int32Array.from(values, nearest).buffer));
    return (index) => `i32(word(${slot}u, ${index}))`;
  }

  /** WGSL for a table's words as they are. */
  words(values: Uint32Array<ArrayBuffer>): (index: string) => string {
    const slot = this.#add(values);
    return (index) => `word(${slot}u, ${index})`;
  }

  floats(values: ArrayLike<number>): (index: string) => string {
    const slot = this.#add(new Uint32Array(Float32Array.from(values).buffer));
    return (index) => `bitcast<f32>(word(${slot}u, ${index}))`;
  }

  /** WGSL for whether a table's bit is set. */
  bits(count: number, isSet: (at: number) => boolean): (index: string) => string {
    const words = new Uint32Array(Math.ceil(count / 32));
    for (let at = 0; at < count; at += 1) if (isSet(at)) words[at >>> 5]! |= 1 << (at & 31);
    const slot = this.#add(words);
    return (index) => `bit(${slot}u, ${index})`;
  }

  get isEmpty(): boolean {
    return this.#tables.length === 0;
  }

  /** All tables, as the shader binds them. */
  data(): Uint32Array<ArrayBuffer> {
    let start = this.#tables.length;
    const starts = this.#tables.map((table) => {
      const at = start;
      start += table.length;
      return at;
    });
    const data = new Uint32Array(Math.max(1, start));
    data.set(starts);
    for (const [at, table] of this.#tables.entries()) data.set(table, starts[at]!);
    return data;
  }

  #add(table: Uint32Array): number {
    return this.#tables.push(table) - 1;
  }
}

/** What reads tables, for a shader that binds them as `tables`. */
export const tableFunctions = `
fn word(table: u32, index: u32) -> u32 {
  return tables[tables[table] + index];
}
fn bit(table: u32, index: u32) -> bool {
  return ((word(table, index >> 5u) >> (index & 31u)) & 1u) != 0u;
}`;
