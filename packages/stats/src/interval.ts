/** A point estimate with the ends of its confidence interval; `low <= estimate <= high`. */
export type Interval = { readonly estimate: number; readonly low: number; readonly high: number };
