import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

export interface SiteOptions {
  /** The module that the page runs. */
  readonly script: string;
  /** Folders that the page may read from, by the first part of the path. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Whether the page is isolated from other origins, without which it has no shared memory. */
  readonly isolated?: boolean;
}

/** A page at a port of this machine that is free. */
export async function serve({ script, folders = {}, isolated = true }: SiteOptions): Promise<Site> {
  const headers = isolated
    ? {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
      }
    : {};
  const contentOf = async (path: string): Promise<readonly [string, string | Uint8Array]> => {
    if (path === "/")
      return ["text/html", `<!doctype html><title>xattn</title><script type="module" src="/page.js"></script>`];
    if (path === "/page.js") return ["text/javascript", script];
    const [, first = "", ...rest] = path.split("/");
    const folder = folders[first];
    const file = folder && normalize(join(folder, ...rest));
    if (!file?.startsWith(folder + sep)) throw new Error(`${path} is not there`);
    return [types[extname(file)] ?? "application/octet-stream", await readFile(file)];
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    contentOf(decodeURIComponent(pathname)).then(
      ([type, content]) => response.writeHead(200, { ...headers, "Content-Type": type }).end(content),
      () => response.writeHead(404, headers).end(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
