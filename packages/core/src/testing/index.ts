/** Arbitrary problems and distances, for the tests of the packages that compute them. Not published. */
export { relativeDistance } from "./distance.ts";
export { type DrawnSizes, exactVariants, problemArbitrary } from "./problems.ts";
