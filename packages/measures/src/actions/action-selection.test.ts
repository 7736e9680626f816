import { expect, test } from "vitest";
import { actionSelection } from "./action-selection.ts";
import { actionForms } from "./forms.ts";

const sizes = { objects: 7, words: 4, actions: 3, rank: 2, d: 5 };
const projections = (7 + 4 + 3) * 5 * 2;
const f = 3 * 5 * 2 + 2 * 2 + 1;

test.each([
  ["trilinear", projections + 4 * 7 * 2 + 4 * 2 + 3 * 2, 3 * 4 * 7 * f],
  ["trilinear-hard", projections + 4 * 2 + 4 * 2 + 3 * 2, 3 * 4 * f],
  ["factored", projections + (4 + 7 + 1) * 2 * 2 + 3 * 2, 3 * 4 * 7 * f],
  ["additive", (5 + 5 + 3 * 5) * 2 + 2 * 4 * 7 + (4 + 7) * 5 + 3 * 2, 3 * 4 * 7 * f],
])("%s costs what a count by hand says", async (form, low, general) => {
  const values = await actionSelection().run({ form, ...sizes }, { seed: 9 });
  expect(values).toMatchObject({ actionMultiplyAdds: low, generalMultiplyAdds: general, saving: general / low });
});

test.each(actionForms)("%s gives the general form's scores", async (form) => {
  for (const seed of [1, 2, 3]) {
    const { scoreDifference, sameAction } = await actionSelection().run({ form, ...sizes }, { seed });
    expect(scoreDifference).toBeLessThan(1e-12);
    expect(sameAction).toBe(1);
  }
});
