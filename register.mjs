// Lets Node run the TypeScript of this workspace: `node --import ./register.mjs file.ts`, from any folder.
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

// Bytecode is kept beside the transpiled sources, where Node can do that.
nodeModule.enableCompileCache?.(fileURLToPath(new URL("./node_modules/.cache/xattn-bytecode/", import.meta.url)));
// Stack traces point at the TypeScript that was written.
process.setSourceMapsEnabled(true);

if (nodeModule.registerHooks) {
  const { load } = await import("./tools/typescript/hooks.mjs");
  nodeModule.registerHooks({ load });
} else {
  // Node 20 has hooks only in a thread of their own.
  nodeModule.register("./tools/typescript/hooks.mjs", import.meta.url);
}
