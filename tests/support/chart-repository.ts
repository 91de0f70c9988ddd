import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A Helm chart repository on loopback. */
export interface ChartRepository {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Paths that were asked for, e.g. `/index.yaml`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/**
 * Packages a chart directory with the real Helm and serves it over HTTP.
 * @param versions Versions under which the same chart is offered.
 */
export async function serveChart(
  helm: string,
  chartDir: string,
  versions: readonly string[],
): Promise<ChartRepository> {
  const directory = await mkdtemp(join(tmpdir(), "mesh-charts-"));
  const home = join(directory, "home");
  await mkdir(home);
  const env = { ...process.env, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  const charts = join(directory, "charts");
  for (const version of versions) {
    await run(helm, ["package", chartDir, "--version", version, "--destination", charts], { env });
  }
  await run(helm, ["repo", "index", charts], { env });
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    requests.push(path);
    readFile(join(charts, path.replaceAll("..", ""))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
