import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { HelmError, type HelmCli } from "./helm-cli.ts";
import { chartName, type ReleaseSpec } from "./release-spec.ts";

/** A chart on this machine, or why there is none. */
export type ChartSource = { readonly path: string } | { readonly unavailable: string };

/** How long a repository's host may take to accept a connection before it counts as out of reach. */
const PROBE_TIMEOUT_MS = 2_000;

/** What Helm and the network say when nobody answers, as opposed to a repository that says no. */
const OUT_OF_REACH =
  /no such host|connection refused|network is unreachable|i\/o timeout|deadline exceeded|TLS handshake|proxyconnect|EOF$/i;

/** Finds charts: on disk, in the cache of earlier fetches, or in their repository. One probe a host and process. */
export class ChartSources {
  readonly #helm: HelmCli;
  readonly #projectDir: string;
  readonly #probes = new Map<string, Promise<string | undefined>>();

  constructor(helm: HelmCli, projectDir: string) {
    this.#helm = helm;
    this.#projectDir = projectDir;
  }

  /** Begins to look whether the repository answers, so that the answer is there when it is needed. */
  announce(spec: ReleaseSpec): void {
    const host = repositoryHost(spec);
    if (host !== undefined) {
      void this.#probe(host);
    }
  }

  /** Why a chart's repository cannot be reached, without fetching; undefined when it seems that it can. */
  async unavailable(spec: ReleaseSpec): Promise<string | undefined> {
    if (isLocal(spec) || (await this.#onDisk(spec)) !== undefined) {
      return undefined;
    }
    const host = repositoryHost(spec);
    return host === undefined ? `${spec.repository.url ?? spec.chart} is not an address` : await this.#probe(host);
  }

  /**
   * The chart as a local path, fetched where needed.
   * @throws HelmError when the repository answers and refuses, e.g. an unknown chart or version.
   */
  async acquire(spec: ReleaseSpec, signal: AbortSignal): Promise<ChartSource> {
    const local = await this.#onDisk(spec);
    if (local !== undefined) {
      return { path: local };
    }
    if (isLocal(spec)) {
      throw new HelmError(`there is no chart at ${spec.chart}, and the release names no repository`);
    }
    const reason = await this.unavailable(spec);
    if (reason !== undefined) {
      return { unavailable: reason };
    }
    try {
      return { path: await this.#pull(spec, signal) };
    } catch (error) {
      if (error instanceof HelmError && OUT_OF_REACH.test(error.message)) {
        return { unavailable: error.message };
      }
      throw error;
    }
  }

  async #onDisk(spec: ReleaseSpec): Promise<string | undefined> {
    const candidates = isLocal(spec) ? [resolve(this.#projectDir, spec.chart)] : this.#cached(spec);
    for (const candidate of candidates) {
      if (await exists(candidate)) {
        return candidate;
      }
    }
    return undefined;
  }

  /** Only an exact version can be taken from the cache: a constraint may have a newer answer. */
  #cached(spec: ReleaseSpec): readonly string[] {
    return /^v?\d+\.\d+\.\d+/.test(spec.version ?? "") ? [this.#cachePath(spec)] : [];
  }

  #cachePath(spec: ReleaseSpec): string {
    const origin = createHash("sha256")
      .update(`${spec.repository.url ?? ""} ${spec.chart}`)
      .digest("hex")
      .slice(0, 12);
    return join(this.#helm.chartCache, `${chartName(spec.chart)}-${spec.version ?? "newest"}-${origin}.tgz`);
  }

  async #pull(spec: ReleaseSpec, signal: AbortSignal): Promise<string> {
    await mkdir(this.#helm.chartCache, { recursive: true });
    const directory = await mkdtemp(join(this.#helm.chartCache, "fetch-"));
    try {
      await this.#helm.run(["pull", spec.chart, "--destination", directory, ...repositoryFlags(spec)], signal);
      const [file] = await readdir(directory);
      if (file === undefined) {
        throw new HelmError(`helm pull of ${spec.chart} left no file`);
      }
      const target = this.#cachePath(spec);
      await rename(join(directory, file), target);
      return target;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  #probe(url: URL): Promise<string | undefined> {
    let probe = this.#probes.get(url.host);
    if (probe === undefined) {
      probe = probeHost(url);
      this.#probes.set(url.host, probe);
    }
    return probe;
  }
}

/** Flags that say where a chart comes from and who asks for it. */
function repositoryFlags(spec: ReleaseSpec): readonly string[] {
  const { url, username, password, caFile, certFile, keyFile } = spec.repository;
  const flags: Readonly<Record<string, string | undefined>> = {
    "--repo": spec.chart.startsWith("oci://") ? undefined : url,
    "--version": spec.version,
    "--username": username,
    "--password": password,
    "--ca-file": caFile,
    "--cert-file": certFile,
    "--key-file": keyFile,
  };
  const plain = url?.startsWith("http://") === true && spec.chart.startsWith("oci://") ? ["--plain-http"] : [];
  return [...Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])), ...plain];
}

function isLocal(spec: ReleaseSpec): boolean {
  return spec.repository.url === undefined && !spec.chart.startsWith("oci://");
}

function repositoryHost(spec: ReleaseSpec): URL | undefined {
  const reference = spec.chart.startsWith("oci://") ? spec.chart.replace(/^oci:/, "https:") : spec.repository.url;
  return reference !== undefined && URL.canParse(reference) ? new URL(reference) : undefined;
}

/** Undefined when the host accepts connections, or when a proxy would be asked: then only a fetch can tell. */
async function probeHost(url: URL): Promise<string | undefined> {
  const proxy = process.env["HTTPS_PROXY"] ?? process.env["https_proxy"] ?? "";
  if (proxy !== "" && url.protocol === "https:") {
    return undefined;
  }
  const port = Number(url.port) || (url.protocol === "http:" ? 80 : 443);
  return await new Promise((answer) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port, timeout: PROBE_TIMEOUT_MS });
    const finish = (reason: string | undefined) => {
      socket.destroy();
      answer(reason);
    };
    socket.on("connect", () => finish(undefined));
    socket.on("timeout", () => finish(`${url.host} does not answer`));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      finish(`${url.host} is out of reach (${error.code ?? error.message})`),
    );
    // A probe that nobody waits for must not keep the process alive.
    socket.unref();
  });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
