// Lets Node run the TypeScript of this workspace: `node --import ./register.mjs file.ts`, from any folder.
import * as nodeModule from "node:module";

// Stack traces point at the TypeScript that was written.
process.setSourceMapsEnabled(true);

if (nodeModule.registerHooks) {
  const { load } = await import("./tools/typescript/hooks.mjs");
  nodeModule.registerHooks({ load });
} else {
  // Node 20 has hooks only in a thread of their own.
  nodeModule.register("./tools/typescript/hooks.mjs", import.meta.url);
}
