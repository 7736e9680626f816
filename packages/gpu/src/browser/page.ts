import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "./bundle.ts";
import { type SiteOptions, serve } from "./serve.ts";
import { importVendor } from "./vendor.ts";

interface Chromium {
  executablePath(): Promise<string>;
}

interface Playwright {
  readonly chromium: {
    launchPersistentContext(profile: string, options: Readonly<Record<string, unknown>>): Promise<Context>;
  };
}

interface Context {
  newPage(): Promise<Tab>;
  close(): Promise<void>;
}

interface Tab {
  goto(url: string): Promise<unknown>;
  on(event: "console", listener: (message: { text(): string }) => void): void;
  on(event: "pageerror", listener: (error: Error) => void): void;
  waitForFunction(expression: string): Promise<unknown>;
  evaluate<Result>(expression: string): Promise<Result>;
}

/** A page in a headless browser, with the functions that its module put into `globalThis.page`. */
export interface BrowserPage {
  /** Calls one of them with arguments that JSON can hold; so must be what it resolves to. */
  call<Result>(name: string, ...values: readonly unknown[]): Promise<Result>;
  close(): Promise<void>;
}

export interface PageOptions extends Omit<SiteOptions, "script"> {
  /** Path of the page's module, which sets `globalThis.page`. */
  readonly entry: string;
}

/** SwiftShader for WebGPU wherever it runs, and no line to the outside. */
const flags = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  // Else a shader takes seconds to compile: Dawn asks Vulkan, not the shader, to clear workgroup memory.
  "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/**
 * Opens a module in headless Chromium, in a new profile.
 *
 * @throws NoBrowserError when the browser is not installed; Error with what the page said when it does not start
 */
export async function openPage({ entry, ...site }: PageOptions): Promise<BrowserPage> {
  const { chromium } = await importVendor<Playwright>("playwright-core");
  const executablePath = await (await importVendor<Chromium>("@sparticuz/chromium")).executablePath();
  const served = await serve({ script: await bundle(entry), ...site });
  const profile = mkdtempSync(join(tmpdir(), "xattn-browser-"));
  let context: Context | undefined;
  const close = async () => {
    await context?.close();
    await served.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: flags });
    const tab = await context.newPage();
    const said: string[] = [];
    const failed = new Promise<never>((_, reject) => {
      tab.on("pageerror", (error) => reject(new Error(`the page failed: ${error.message}; ${said.join(" | ")}`)));
    });
    // Whoever waits is told; an error while nobody does is told to the next.
    failed.catch(() => {});
    tab.on("console", (message) => said.push(message.text()));
    await tab.goto(served.url);
    const started = tab.waitForFunction("globalThis.page !== undefined").catch((error: Error) => {
      throw new Error(`the page does not start: ${error.message}; ${said.join(" | ")}`);
    });
    await Promise.race([started, failed]);
    return {
      call: <Result>(name: string, ...values: readonly unknown[]) => {
        const list = values.map((value) => JSON.stringify(value)).join(", ");
        return Promise.race([tab.evaluate<Result>(`globalThis.page[${JSON.stringify(name)}](${list})`), failed]);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
