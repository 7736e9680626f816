/** Exit codes of `exp`; `exp reproduce` adds those of its verdicts (10 to 13), and `exp compare` those of its own (20 to 24). */
export const exitCodes = {
  success: 0,
  unexpected: 1,
  /** Wrong arguments, a spec that is not right, a folder that cannot be written: nothing was run. */
  badInput: 2,
  /** The run came to its end, and some cells failed or timed out. */
  failedCells: 3,
  interrupted: 130,
} as const;
