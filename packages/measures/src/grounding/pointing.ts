import { fromNumbers, randomNormal, seededRandom, type Tensor } from "@xattn/core";
import { pointingGame, selectAction } from "@xattn/grounding";
import { z } from "zod";
import { seedParameter, wholeNumber } from "../cell/whole-number.ts";
import { deterministic } from "../contract/deterministic.ts";
import type { DirectMeasure, Parameters } from "../contract/measure.ts";
import { pairedDifferenceInterval, type Range, shareInterval } from "./intervals.ts";
import { applyRule, type RuleName, ruleNames } from "./rules.ts";

type PointingColumn =
  | `${"accuracy" | "gain"}${"" | "Low" | "High"}`
  | "chance"
  | "agreement"
  | "smallestScore"
  | "largestScore";

/**
 * The pointing game on synthetic scenes. Each of `scenes` scenes has objects with unit-Gaussian features of width d and
 * one word for each, in random order: the object's features plus `noise` times unit-Gaussian ones. A word hits when it
 * chooses its object. Intervals take words as independent of each other.
 */
export function pointing(): DirectMeasure<PointingColumn> {
  return {
    kind: "direct",
    name: "pointing",
    version: 1,
    description: "How often a word points at its object, by what it chooses by.",
    parameters: {
      rule: z.enum(ruleNames),
      objects: wholeNumber("objects of a scene, and as many words", 1, 256),
      d: wholeNumber("width of features", 1, 1024),
      noise: z
        .number()
        .nonnegative()
        .max(1000)
        .describe("noise on words relative to features, a number from 0 to 1000"),
      scenes: wholeNumber("scenes", 1, 10_000),
      seed: seedParameter,
    },
    columns: {
      accuracy: deterministic("1", "Share of words that choose their object."),
      accuracyLow: deterministic("1", "Lower end of its 95 % interval."),
      accuracyHigh: deterministic("1", "Upper end of its 95 % interval."),
      gain: deterministic("1", "Accuracy above that of the softmax over objects, on the same scenes."),
      gainLow: deterministic("1", "Lower end of its 95 % interval."),
      gainHigh: deterministic("1", "Upper end of its 95 % interval."),
      chance: deterministic("1", "1 / objects."),
      agreement: deterministic("1", "Share of words that choose as they do by the softmax over objects."),
      smallestScore: deterministic("1", "Smallest score of a word and an object.", 1e-6),
      largestScore: deterministic("1", "Largest score of a word and an object.", 1e-6),
    },
    exclusive: false,
    run: (cell, { seed }) => measured(cell, seed),
  };
}

function measured(cell: Parameters, seed: number) {
  const { words, objects, targets } = scenesOf(cell, seed);
  const scores = applyRule(cell.rule as RuleName, words, objects);
  const usual = cell.rule === "over-objects" ? scores : applyRule("over-objects", words, objects);
  const chosen = choices(scores);
  const usually = choices(usual);
  const right = targets.flat();
  const trials = right.length;
  const hit = chosen.map((choice, word) => choice === right[word]);
  const usualHit = usually.map((choice, word) => choice === right[word]);
  const won = hit.filter((value, word) => value && !usualHit[word]).length;
  const lost = hit.filter((value, word) => !value && usualHit[word]).length;
  const { hits, accuracy } = pointingGame(
    scores,
    targets.map((ofScene) => ofScene.map((target) => [target])),
  );
  return {
    accuracy,
    ...ends("accuracy", shareInterval(hits, trials)),
    gain: (won - lost) / trials,
    ...ends("gain", pairedDifferenceInterval(won, lost, trials)),
    chance: 1 / (cell.objects as number),
    agreement: chosen.filter((choice, word) => choice === usually[word]).length / trials,
    smallestScore: scores.data.reduce((least, score) => Math.min(least, score)),
    largestScore: scores.data.reduce((most, score) => Math.max(most, score)),
  };
}

function scenesOf(cell: Parameters, seed: number) {
  const [count, d, scenes] = [cell.objects, cell.d, cell.scenes] as [number, number, number];
  const random = seededRandom(seed);
  const objects = randomNormal(random.fork("objects"), [scenes, count, d]);
  const words = randomNormal(random.fork("noise"), [scenes, count, d], cell.noise as number);
  const order = random.fork("order");
  const targets = Array.from({ length: scenes }, () =>
    order.shuffle(Array.from({ length: count }, (_, index) => index)),
  );
  for (const [scene, ofScene] of targets.entries()) {
    for (const [word, target] of ofScene.entries()) {
      const [to, from] = [(scene * count + word) * d, (scene * count + target) * d];
      for (let column = 0; column < d; column += 1) words.data[to + column]! += objects.data[from + column]!;
    }
  }
  return { words, objects, targets };
}

/** The object that each word chooses, of equal ones the first. */
function choices({ shape, data }: Tensor<"float64">): number[] {
  const [b, w, o] = shape as [number, number, number];
  return selectAction(fromNumbers([b * w, o], data, "float64")).map(({ index }) => index);
}

function ends<Name extends "accuracy" | "gain">(name: Name, { low, high }: Range) {
  return { [`${name}Low`]: low, [`${name}High`]: high } as Record<`${Name}${"Low" | "High"}`, number>;
}
