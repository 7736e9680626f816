import { importVendor } from "./vendor.ts";

interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<{
    readonly outputFiles: readonly { readonly path: string; readonly text: string }[];
  }>;
}

/**
 * A TypeScript module and all that it imports as one script for a page. What only Node has is left out: those imports
 * stand behind a look at where they are.
 *
 * @param entry path of the module
 */
export async function bundle(entry: string): Promise<string> {
  const esbuild = await importVendor<Esbuild>("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    external: ["node:*", "*/node/find.ts"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}
