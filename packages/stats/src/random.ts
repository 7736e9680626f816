/** A source of independent uniform numbers on [0, 1). */
export type Random = () => number;
