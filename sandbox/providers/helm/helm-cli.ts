import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerAccess } from "../kubernetes/kubeconfig.ts";

/** Helm failed: what it said. */
export class HelmError extends Error {
  override readonly name = "HelmError";
}

/** The real Helm, kept apart from the user's own: its cache, configuration and data live in the sandbox. */
export class HelmCli {
  readonly #binary: () => Promise<string>;
  readonly #home: string;

  /**
   * @param binary Path of `helm`; asked for at its first use.
   * @param home Directory that is Helm's alone.
   */
  constructor(binary: () => Promise<string>, home: string) {
    this.#binary = binary;
    this.#home = home;
  }

  /** Where fetched charts are kept. */
  get chartCache(): string {
    return join(this.#home, "charts");
  }

  /**
   * Runs Helm; returns its standard output.
   * @param access The API server to work on, where the command needs one.
   * @throws HelmError with the last of what Helm said.
   */
  async run(args: readonly string[], signal: AbortSignal, access?: ServerAccess): Promise<string> {
    await mkdir(this.#home, { recursive: true, mode: 0o700 });
    const cluster = access === undefined ? [] : ["--kubeconfig", await this.#kubeconfig(access)];
    const child = spawn(await this.#binary(), [...args, ...cluster], {
      env: this.#environment(),
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGTERM",
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // Helm would go on asking a server that is gone until its own timeout.
    const killWithUs = (): void => void child.kill("SIGKILL");
    process.once("exit", killWithUs);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    }).finally(() => process.off("exit", killWithUs));
    if (code !== 0) {
      throw new HelmError(complaint(stderr) || `helm ${args[0] ?? ""} ended with code ${code ?? "none"}`);
    }
    return stdout;
  }

  /** Writes a file into Helm's directory, readable by its owner only. */
  async write(name: string, content: string): Promise<string> {
    const directory = join(this.#home, "run");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, name);
    // Releases run side by side and share files: nobody may read one that is half written.
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, content, { mode: 0o600 });
    await rename(temporary, path);
    return path;
  }

  #environment(): NodeJS.ProcessEnv {
    // Of the user's environment only what a network client needs: nothing of their own Helm or kubectl.
    const kept = Object.entries(process.env).filter(([key]) =>
      /^(PATH|HOME|TMPDIR|SSL_CERT_.*|(https?|no)_proxy)$/i.test(key),
    );
    return {
      ...Object.fromEntries(kept),
      HELM_CACHE_HOME: join(this.#home, "cache"),
      HELM_CONFIG_HOME: join(this.#home, "config"),
      HELM_DATA_HOME: join(this.#home, "data"),
    };
  }

  async #kubeconfig(access: ServerAccess): Promise<string> {
    const encode = (text: string | undefined) =>
      text === undefined ? undefined : Buffer.from(text).toString("base64");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "sandbox",
      contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "sandbox" } }],
      clusters: [
        { name: "sandbox", cluster: { server: access.server, "certificate-authority-data": encode(access.ca) } },
      ],
      users: [
        {
          name: "sandbox",
          user: {
            token: access.token,
            "client-certificate-data": encode(access.cert),
            "client-key-data": encode(access.key),
          },
        },
      ],
    };
    return await this.write("kubeconfig", JSON.stringify(config));
  }
}

/** Helm's error without its prefix and without the warnings and log lines before it. */
function complaint(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const error = lines.findIndex((line) => line.startsWith("Error:"));
  const relevant = error < 0 ? lines.slice(-5) : lines.slice(error);
  return relevant.join(" ").replace(/^Error: /, "");
}
