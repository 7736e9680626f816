/// <reference lib="dom" />
export { requestAdapter } from "./adapter.ts";
export { lendNavigatorGpu } from "./lend.ts";
export { type BrowserPage, openPage, type PageOptions } from "./page.ts";
export { NoBrowserError } from "./vendor.ts";
