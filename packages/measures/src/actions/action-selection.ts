import { randomNormal, randomProjection, seededRandom } from "@xattn/core";
import { actionScores, selectAction } from "@xattn/grounding";
import { z } from "zod";
import { seedParameter, wholeNumber } from "../cell/whole-number.ts";
import { deterministic } from "../contract/deterministic.ts";
import type { DirectMeasure, Parameters } from "../contract/measure.ts";
import { type ActionForm, actionForms, actionProblem } from "./forms.ts";

type ActionColumn = "scoreDifference" | "sameAction" | "actionMultiplyAdds" | "generalMultiplyAdds" | "saving";

/**
 * ActionScore(aₖ) = Σᵢ Σⱼ αᵢⱼ·f(oᵢ, wⱼ, aₖ) with a low-rank f: summed pair by pair, and at the lowest exact cost.
 * Features of objects, words and actions are unit-Gaussian, all of width d.
 */
export function actionSelection(): DirectMeasure<ActionColumn> {
  return {
    kind: "direct",
    name: "actionSelection",
    version: 1,
    description: "Low-rank action scores against the general sum over pairs: difference, choice and multiply-adds.",
    parameters: {
      form: z.enum(actionForms),
      objects: wholeNumber("objects", 1, 1024),
      words: wholeNumber("words", 1, 1024),
      actions: wholeNumber("actions", 1, 1024),
      rank: wholeNumber("rank r of f", 1, 1024),
      d: wholeNumber("width of features", 1, 1024),
      seed: seedParameter,
    },
    columns: {
      scoreDifference: deterministic("1", "Largest difference of a score, relative to the largest score."),
      sameAction: deterministic("1", "1 when both choose the same action, else 0."),
      actionMultiplyAdds: deterministic("multiply-adds", "Multiply-adds of the low-rank form, counted as it ran."),
      generalMultiplyAdds: deterministic("multiply-adds", "Those of the sum over pairs, f at its full cost each time."),
      saving: deterministic("1", "generalMultiplyAdds / actionMultiplyAdds."),
    },
    exclusive: false,
    run: (cell, { seed }) => measured(cell, seed),
  };
}

function measured(cell: Parameters, seed: number) {
  const { objects, words, actions, rank, d } = cell as Record<string, number>;
  const random = seededRandom(seed);
  const draw = (name: string, rows: number) => randomNormal(random.fork(name), [1, rows, d!]);
  const project = (name: string) => randomProjection(random.fork(`${name} factor`), d!, rank!);
  const { inputs, f, scores } = actionProblem(
    cell.form as ActionForm,
    { objects: draw("objects", objects!), words: draw("words", words!), actions: draw("actions", actions!) },
    { object: project("object"), word: project("word"), action: project("action") },
    random,
  );
  const general = actionScores(inputs, f);
  const fast = scores();
  const largest = general.scores.data.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  const difference = general.scores.data.reduce(
    (most, score, index) => Math.max(most, Math.abs(score - fast.scores.data[index]!)),
    0,
  );
  // Three projections of width d, the products or the sum and product of rank r, and the weight.
  const generalMultiplyAdds = general.evaluations * (3 * d! * rank! + 2 * rank! + 1);
  return {
    scoreDifference: difference / largest,
    sameAction: selectAction(general.scores)[0]!.index === selectAction(fast.scores)[0]!.index ? 1 : 0,
    actionMultiplyAdds: fast.multiplyAdds,
    generalMultiplyAdds,
    saving: generalMultiplyAdds / fast.multiplyAdds,
  };
}
