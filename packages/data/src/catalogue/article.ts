const pairs = new Set(["scissors", "pliers", "binoculars"]);
const masses = new Set(["broccoli", "corn", "garlic", "ginger", "grapes", "lavender", "lettuce"]);
const unique = new Set(["earth", "moon"]);
const names = new Set(["mars", "jupiter", "saturn"]);

/** As a caption names a thing that was not spoken of before: "a dog", "an owl", "a pair of scissors", "some corn". */
export function indefinite(noun: string): string {
  if (names.has(noun)) return noun;
  if (unique.has(noun)) return `the ${noun}`;
  if (masses.has(noun)) return `some ${noun}`;
  if (pairs.has(noun)) return `a pair of ${noun}`;
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** As an expression points to it: "the dog", "mars". */
export function definite(noun: string): string {
  return names.has(noun) ? noun : `the ${noun}`;
}
