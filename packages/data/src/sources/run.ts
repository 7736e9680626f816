import { spawn } from "node:child_process";

const keptCharacters = 4096;

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to standard output
 * @throws Error with the program's last words when it does not end well
 */
export function run(program: string, words: readonly string[], folder?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      ...(folder === undefined ? {} : { cwd: folder }),
      stdio: ["ignore", "pipe", "pipe"],
      // On Windows npx is a command file, which only a shell starts.
      shell: process.platform === "win32" && program === "npx",
    });
    let output = "";
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-keptCharacters);
    });
    child.on("error", (error) => reject(new Error(`${program}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${signal ?? `code ${code}`}: ${(said || output).trim()}`));
    });
  });
}
