import { register } from "node:module";
import { fileURLToPath } from "node:url";

process.env.TS_NODE_PROJECT = fileURLToPath(new URL("./tsconfig.ts-node.json", import.meta.url));
process.setSourceMapsEnabled(true);
register("ts-node/esm", import.meta.url);
