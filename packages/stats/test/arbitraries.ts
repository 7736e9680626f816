import fc from "fast-check";

/** Sample sets with values within ±1e6, now and then with ties. */
export function finiteSamples(minLength = 1, maxLength = 60): fc.Arbitrary<number[]> {
  // Subnormal numbers round even when halved, which no unit of measurement brings about.
  const real = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => (Math.abs(x) < 1e-9 ? 0 : x));
  const value = fc.oneof(real, fc.integer({ min: -5, max: 5 }));
  return fc.array(value, { minLength, maxLength });
}

/** Positive sample sets, as timings are. */
export function positiveSamples(minLength = 1, maxLength = 60): fc.Arbitrary<number[]> {
  return fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength, maxLength });
}

/** A sample set and a permutation of it. */
export function shuffled(samples: fc.Arbitrary<number[]>): fc.Arbitrary<[number[], number[]]> {
  return samples.chain((values) =>
    fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length, maxLength: values.length })),
  );
}
