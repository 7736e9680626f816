import { expect, it } from "vitest";
import { definite, indefinite } from "./article.ts";
import { groups, nouns } from "./nouns.ts";
import { packWords } from "./words.ts";

it("names every noun and every picture once, and near nouns that exist", () => {
  const texts = nouns.map(({ text }) => text);
  expect(new Set(texts).size).toBe(texts.length);
  const stamps = nouns.flatMap((noun) => noun.stamps);
  expect(new Set(stamps).size).toBe(stamps.length);
  for (const { text, near, group } of nouns) {
    expect(near).not.toContain(text);
    expect(texts).toEqual(expect.arrayContaining([...near]));
    expect(groups).toContain(group);
  }
});

it("has a word for all that an expression can say", () => {
  for (const { text } of nouns) expect(packWords).toEqual(expect.arrayContaining(text.split(" ")));
  expect(packWords).toEqual([...new Set(packWords)].sort());
  expect(packWords).toEqual(expect.arrayContaining(["red", "left", "of", "below", "leftmost", "smallest"]));
});

it("gives nouns their articles", () => {
  expect(["dog", "owl", "scissors", "corn", "mars", "moon"].map(indefinite)).toEqual([
    "a dog",
    "an owl",
    "a pair of scissors",
    "some corn",
    "mars",
    "the moon",
  ]);
  expect(["dog", "mars"].map(definite)).toEqual(["the dog", "mars"]);
});
