import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Random, seededRandom } from "@xattn/core";
import { nouns } from "../catalogue/nouns.ts";
import { photographs } from "../catalogue/photographs.ts";
import { packWords } from "../catalogue/words.ts";
import type { Image } from "../image/image.ts";
import { resize } from "../image/resize.ts";
import { formatChecksums } from "../pack/checksums.ts";
import { checksumFile } from "../pack/files.ts";
import { type PackIndex, packVersion } from "../pack/index-file.ts";
import { splitNames } from "../pack/scene.ts";
import { vocabulary } from "../pack/vocabulary.ts";
import { float32Tensor } from "../safetensors/elements.ts";
import { writeSafetensors } from "../safetensors/write.ts";
import { drawGrain } from "../scene/ground-grain.ts";
import { type PlannedScene, planScenes } from "../scene/plan.ts";
import { sceneSide } from "../scene/size.ts";
import { type NounSplit, splitNouns } from "../scene/split-nouns.ts";
import { debianFolder, photographsPackage, stampsPackage } from "../sources/debian.ts";
import { loadNetwork } from "../sources/network.ts";
import { fetchNpm, npmVersions } from "../sources/npm.ts";
import { readJpeg, readPng, toJpeg } from "../sources/pictures.ts";
import { readWordVectors, wordWidth } from "../sources/words.ts";
import { calibrate } from "./calibrate.ts";
import { collector } from "./collect.ts";
import { centredUnit, type Figures, figuresOf } from "./figures.ts";
import { type MeasuredScene, measureScene, type Studio } from "./measure.ts";
import { type PackSizes, packSizes } from "./sizes.ts";
import { datasheet } from "./texts/datasheet.ts";
import { gplNotice, packLicence, photographsNotice } from "./texts/licences.ts";

export interface BuildProgress {
  /** What is being done, in words. */
  readonly stage: string;
  /** Steps of this stage that are done, of `total`. */
  readonly done: number;
  readonly total: number;
}

export interface BuildOptions {
  /** The folder of the pack; what is there is replaced when everything is made. */
  readonly out: string;
  /** Any safe integer; the same seed and packages give the same bytes. */
  readonly seed: number;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Less than what is committed, for a quick try. */
  readonly sizes?: PackSizes;
}

export interface BuildResult {
  readonly figures: Figures;
  readonly bytes: number;
}

const stampSide = 480;
const backgroundSide = 400;
const photographSide = 560;
const thumbnailSide = 224;
const jpegQuality = 80;
const gpl = fileURLToPath(new URL("../../assets/GPL-2.txt", import.meta.url));

/**
 * Makes the pack from its sources: fetches packages that are not there, composes scenes, shows them to the network,
 * reduces what it sees, measures what the reduction costs, and writes the files with their datasheet.
 *
 * @throws SourceError when a package cannot be fetched or lacks something
 */
export async function buildPack({
  out,
  seed,
  onProgress = () => {},
  sizes = packSizes,
}: BuildOptions): Promise<BuildResult> {
  const say = (stage: string) => onProgress({ stage, done: 0, total: 1 });
  await fetchNpm(say);
  const stampsFolder = await debianFolder(stampsPackage, say);
  const photographsFolder = await debianFolder(photographsPackage, say);
  say("reading word vectors");
  const wordVectors = readWordVectors(packWords);
  const { vectorOf } = vocabulary(packWords, wordVectors, wordWidth);

  const root = seededRandom(seed);
  const nounSplit = splitNouns(nouns, root.fork("nouns"));
  const plans = splitNames.flatMap((split) => planScenes(nouns, nounSplit, split, sizes.scenes[split], root));
  const naturals = photographs.map(({ file }) => readJpeg(join(photographsFolder, file), photographSide));
  say("loading the network");
  const studio: Studio = {
    nouns,
    stampOf: remember((path) => readPng(join(stampsFolder, `${path}.png`), stampSide)),
    material: {
      photographs: naturals.map((image) => shrink(image, backgroundSide)),
      grain: drawGrain(root.fork("grain")),
    },
    network: await loadNetwork(),
  };

  const files = new Map<string, Uint8Array>();
  const measured = measureAll(plans, sizes, studio, root, onProgress);
  const first = takeFirst(measured, sizes.calibration);
  say("fitting discriminants");
  const reduction = calibrate(first, sizes.featureWidth, root.fork("calibration"));
  const collected = collector(reduction);
  const figures = figuresOf(
    reduction,
    centredUnit(
      nouns.map(({ text }) => vectorOf(text)),
      nounSplit.seen,
    ),
  );
  const thumbnails = new Map<number, string>();
  let id = 0;
  for (const scene of chain(first, measured)) {
    figures.add(scene, collected.add(scene));
    if (isShown(scene.plan, sizes)) {
      const name = `${String(id).padStart(4, "0")}.jpg`;
      files.set(`gpl/thumbnails/${name}`, toJpeg(resize(scene.image, thumbnailSide, thumbnailSide), jpegQuality));
      thumbnails.set(id, name);
    }
    id += 1;
  }
  say("measuring what the reduction costs");
  const found = figures.finish();

  const naturalFeatures = naturals.map((image) => studio.network.features(resize(image, sceneSide, sceneSide)));
  photographs.forEach(({ file }, at) => {
    files.set(`photographs/${file}`, toJpeg(naturals[at]!, jpegQuality));
  });
  const { projection } = reduction;
  const metadata = { seed: String(seed), source: "made by `exp data build`; see DATASHEET.md" };
  files.set("scenes.safetensors", writeSafetensors({ tensors: collected.tensors(naturalFeatures), metadata }));
  files.set(
    "words.safetensors",
    writeSafetensors({
      tensors: new Map([["vectors", float32Tensor([packWords.length, wordWidth], wordVectors)]]),
      metadata,
    }),
  );
  files.set(
    "projection.safetensors",
    writeSafetensors({
      tensors: new Map([
        ["components", float32Tensor([projection.width, projection.inputWidth], projection.components)],
        ["mean", float32Tensor([projection.inputWidth], projection.mean)],
      ]),
      metadata,
    }),
  );
  const text = (value: string) => new TextEncoder().encode(value);
  files.set("index.json5", text(`${JSON.stringify(indexOf(seed, nounSplit, thumbnails), undefined, 1)}\n`));
  files.set("LICENSE.md", text(packLicence));
  files.set("gpl/NOTICE.md", text(gplNotice));
  files.set("gpl/COPYING", Uint8Array.from(readFileSync(gpl)));
  files.set("photographs/NOTICE.md", text(photographsNotice));
  files.set("DATASHEET.md", text(datasheet({ seed, sizes, nounSplit, figures: found, versions: npmVersions() })));
  return { figures: found, bytes: writeAll(out, files) };
}

function* measureAll(
  plans: readonly PlannedScene[],
  sizes: PackSizes,
  studio: Studio,
  random: Random,
  onProgress: (progress: BuildProgress) => void,
): Generator<MeasuredScene, undefined> {
  const left = { ...sizes.cueScenes };
  for (const [done, plan] of plans.entries()) {
    onProgress({ stage: "composing scenes", done, total: plans.length });
    const withCues = plan.things.length === 4 && left[plan.split] > 0;
    if (withCues) left[plan.split] -= 1;
    yield measureScene(plan, withCues, studio, random);
  }
  onProgress({ stage: "composing scenes", done: plans.length, total: plans.length });
}

function takeFirst(measured: Iterator<MeasuredScene, undefined>, count: number): MeasuredScene[] {
  const first: MeasuredScene[] = [];
  while (first.length < count) {
    const { value } = measured.next();
    if (value === undefined) break;
    first.push(value);
  }
  return first;
}

function* chain<Item>(first: readonly Item[], rest: Iterable<Item>): Generator<Item> {
  yield* first;
  yield* rest;
}

function isShown({ label }: PlannedScene, { thumbnails }: PackSizes): boolean {
  return Number(label.slice(label.lastIndexOf(":") + 1)) < thumbnails;
}

function indexOf(seed: number, { seen, heldOutStamps }: NounSplit, thumbnails: ReadonlyMap<number, string>): PackIndex {
  const seenNouns = new Set(seen);
  const heldOut = new Set(heldOutStamps);
  return {
    version: packVersion,
    seed,
    nouns: nouns.map(({ text, group, stamps }, index) => ({
      text,
      group,
      seen: seenNouns.has(index),
      stamps: stamps.map((path) => ({ path, heldOut: heldOut.has(path) })),
    })),
    words: [...packWords],
    thumbnails: Object.fromEntries(thumbnails),
    photographs: photographs.map(({ file, things }) => ({ file, things: things.map((thing) => ({ ...thing })) })),
  };
}

/** Into a new folder, which then takes the place of the old one. */
function writeAll(out: string, files: ReadonlyMap<string, Uint8Array>): number {
  const part = `${out.replace(/[/\\]+$/, "")}.part`;
  rmSync(part, { recursive: true, force: true });
  const checksums = new Map<string, string>();
  let bytes = 0;
  for (const [path, content] of files) {
    const file = join(part, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    checksums.set(path, createHash("sha256").update(content).digest("hex"));
    bytes += content.length;
  }
  writeFileSync(join(part, checksumFile), formatChecksums(checksums));
  rmSync(out, { recursive: true, force: true });
  renameSync(part, out);
  return bytes;
}

function shrink(image: Image, longSide: number): Image {
  const scale = Math.min(1, longSide / Math.max(image.width, image.height));
  return resize(image, Math.round(image.width * scale), Math.round(image.height * scale));
}

function remember<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}
