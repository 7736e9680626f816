/**
 * Prints a table of the cpu backend beside onnxruntime-web, both on WebAssembly in one page of headless Chromium:
 * node --disable-warning=DEP0180 --import ./register.mjs packages/peers/src/browser/table.ts
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPage } from "@xattn/gpu/browser";
import { vendorFolder } from "../vendor/folder.ts";
import { needInstalled } from "../vendor/load.ts";

const rounds = Number(process.argv[2] ?? 11);
const names = ["S1", "S2", "S3", "S4"];

needInstalled("onnxruntime-web", vendorFolder);
console.log("shape  threads  xattn ms  ort-web ms  ratio   errors");
for (const threads of [1, 2]) {
  for (const name of names) {
    // The library's number of threads holds for a page, and so does its memory.
    const page = await openPage({
      entry: fileURLToPath(new URL("./pages/cpu.ts", import.meta.url)),
      folders: { ort: join(vendorFolder, "node_modules/onnxruntime-web/dist") },
    });
    const { xattn, "ort-web": ort } = await page.call<
      Readonly<Record<"xattn" | "ort-web", { readonly milliseconds: number; readonly error: number }>>
    >("timings", name, threads, rounds);
    await page.close();
    const cells = [
      name.padEnd(5),
      String(threads).padStart(8),
      xattn.milliseconds.toFixed(3).padStart(9),
      ort.milliseconds.toFixed(3).padStart(11),
      (ort.milliseconds / xattn.milliseconds).toFixed(2).padStart(6),
      `  ${xattn.error.toExponential(1)} ${ort.error.toExponential(1)}`,
    ];
    console.log(cells.join(" "));
  }
}
