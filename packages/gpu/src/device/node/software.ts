import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { filesOfTar } from "./archive.ts";
import { fetchCommand, resolvePackage } from "./packages.ts";

/** Files of a Vulkan driver that computes on the processor, and of a loader that finds it. */
export interface SoftwareDriver {
  /** The driver's description, for the loader. */
  readonly manifest: string;
  readonly loader: string;
}

const wanted = ["libvk_swiftshader.so", "libvulkan.so.1", "vk_swiftshader_icd.json"] as const;

/**
 * SwiftShader and a Vulkan loader out of the package @sparticuz/chromium, unpacked once into the user's cache.
 *
 * @throws Error with the reason when it is not there for this machine
 */
export function softwareDriver(): SoftwareDriver {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `there is a software adapter for linux on x64 only, not for ${process.platform} on ${process.arch}`,
    );
  }
  const main = resolvePackage("@sparticuz/chromium");
  if (main === undefined) {
    throw new Error(`@sparticuz/chromium, which has a software adapter, is not installed (${fetchCommand})`);
  }
  const archive = readFileSync(join(dirname(main), "..", "bin", "swiftshader.tar.br"));
  const digest = createHash("sha256").update(archive).digest("hex").slice(0, 16);
  const folder = cached(`swiftshader-${digest}`, (target) => {
    const files = filesOfTar(brotliDecompressSync(archive));
    for (const name of wanted) {
      const content = files.get(name);
      if (!content) throw new Error(`${name} is not in ${main}'s archive`);
      writeFileSync(join(target, name), content, { mode: 0o700 });
    }
  });
  return { manifest: join(folder, "vk_swiftshader_icd.json"), loader: join(folder, "libvulkan.so.1") };
}

/** A folder in the user's cache, filled by whoever comes first; it appears whole or not at all. */
function cached(name: string, fill: (folder: string) => void): string {
  const root = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "xattn");
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  const target = writableFolder(root);
  fill(target);
  try {
    renameSync(target, folder);
    return folder;
  } catch {
    if (!existsSync(folder)) return target;
    rmSync(target, { recursive: true, force: true });
    return folder;
  }
}

function writableFolder(root: string): string {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    return mkdtempSync(join(root, "unpacking-"));
  } catch {
    return mkdtempSync(join(tmpdir(), "xattn-"));
  }
}
