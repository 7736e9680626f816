/** The kernels' memory cannot hold what a call needs. */
export class MemoryLimitError extends Error {
  override readonly name = "MemoryLimitError";

  constructor(bytes: number, why: string, options?: ErrorOptions) {
    const gibibytes = (bytes / 2 ** 30).toFixed(2);
    super(
      `this needs ${gibibytes} GiB of memory for the kernels, ${why} (at most 4 GiB); ` +
        "split the batch or the heads, or release tensors that are no longer used",
      options,
    );
  }
}
