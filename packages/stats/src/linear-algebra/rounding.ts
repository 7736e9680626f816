/** Relative residuals up to this are rounding: fits that reach it are equally exact. */
export const RELATIVE_ROUNDING = 1e-12;
