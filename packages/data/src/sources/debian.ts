import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SourceError } from "./errors.ts";
import { run } from "./run.ts";

interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Below the root of a machine where it is installed. */
  readonly folder: string;
  readonly licence: string;
  /** As the archive has it, for amd64 where that matters. */
  readonly sha256: string;
  readonly megabytes: number;
}

/** The cut-outs that scenes are composed of. */
export const stampsPackage: DebianPackage = {
  name: "tuxpaint-stamps-default",
  version: "2022.06.04-1",
  folder: "usr/share/tuxpaint/stamps",
  licence: "GPL-2+",
  sha256: "6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34",
  megabytes: 161,
};

/** The natural photographs, and the grounds of scenes. */
export const photographsPackage: DebianPackage = {
  name: "darknet",
  version: "0.0.0+git20180914.61c9d02e-2+b4",
  folder: "usr/share/darknet/data",
  licence: "GPL-3+ or MIT or WTFPL",
  sha256: "9ca14d36112d242a782bfed4104fa5adcd2ae8bc599ab610f42eb609ee125a01",
  megabytes: 3.3,
};

const cache = fileURLToPath(new URL("../../node_modules/.cache/data/", import.meta.url));
const archive = "http://deb.debian.org/debian/pool/main";

/**
 * The folder of a package's files: of the one that is installed when it is this very version, else of one that is
 * unpacked into the cache. Nothing is installed.
 *
 * @param say told what is fetched, how large it is, and how to undo it
 * @throws SourceError when it cannot be fetched or unpacked, or is not the one expected
 */
export async function debianFolder(wanted: DebianPackage, say: (line: string) => void): Promise<string> {
  if (await isSystemWide(wanted)) return join("/", wanted.folder);
  const root = join(cache, `${wanted.name}-${wanted.version}`);
  const folder = join(root, wanted.folder);
  if (existsSync(folder)) return folder;
  say(
    `fetching the Debian package ${wanted.name} ${wanted.version} (${wanted.licence}): ${wanted.megabytes} MB to download, unpacked into ${root}; delete that folder to undo`,
  );
  try {
    await unpack(wanted, root);
  } catch (error) {
    throw new SourceError(
      `the Debian package ${wanted.name} ${wanted.version} could not be fetched; curl and dpkg-deb are needed: ${(error as Error).message}`,
    );
  }
  return folder;
}

async function isSystemWide({ name, version, folder }: DebianPackage): Promise<boolean> {
  if (!existsSync(join("/", folder))) return false;
  try {
    return (await run("dpkg-query", ["-W", name])).trim() === `${name}\t${version}`;
  } catch {
    return false;
  }
}

async function unpack({ name, version, sha256 }: DebianPackage, root: string): Promise<void> {
  const part = `${root}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const file = `${part}.deb`;
  await run("curl", ["--fail", "--silent", "--show-error", "--location", "--output", file, addressOf(name, version)]);
  const found = createHash("sha256").update(readFileSync(file)).digest("hex");
  if (found !== sha256) throw new Error(`its SHA-256 is ${found}, not ${sha256}`);
  await run("dpkg-deb", ["-x", file, part]);
  rmSync(file);
  renameSync(part, root);
}

/** In the archive's pool a package lies in the folder of its source package. */
function addressOf(name: string, version: string): string {
  const source = name.replace(/-default$/, "");
  const architecture = name === stampsPackage.name ? "all" : "amd64";
  return `${archive}/${source[0]}/${source}/${name}_${encodeURIComponent(version)}_${architecture}.deb`;
}
