/**
 * What one attention costs, counted from its sizes. Counts are of the formula: a mask lowers none of them. Bytes are
 * those of float32 arrays: inputs read once, outputs written once, and each array of scratch memory that grows with
 * the problem written and read once.
 */
export interface Cost {
  /** Multiply-adds of QKᵀ alone; 0 where no logits are formed. */
  readonly logitMultiplyAdds: number;
  /** Multiply-adds of all matrix products, those of QKᵀ included. */
  readonly multiplyAdds: number;
  /** Calls of exp. */
  readonly exponentials: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Scratch memory beyond inputs and outputs that the plain backend takes, exactly. */
  readonly extraBytes: number;
}
