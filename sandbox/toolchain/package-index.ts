import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { PackageURL, UrlConverter } from "@socketregistry/packageurl-js";
import { httpGet, withoutCredentials, type GetOptions } from "./http-get.ts";

const SIMPLE_JSON = "application/vnd.pypi.simple.v1+json";
const SIMPLE_HTML = "text/html";

/** What decides which index is asked. */
export interface IndexPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As in `process.platform`. */
  readonly platform: string;
  /** Default: the user's. */
  readonly home?: string;
}

/**
 * Page of an index that lists a package's files ("simple repository API"): of the index that pip's settings name
 * (PIP_INDEX_URL, PIP_CONFIG_FILE, the user's and the machine's pip.conf, in this order), else of the default repository
 * that the package URL's type has by its definition.
 */
export function indexPage(purl: string, place: IndexPlace): URL {
  const parsed = PackageURL.fromString(purl);
  const configured = configuredIndex(place);
  if (configured !== undefined) {
    return new URL(`${configured.replace(/\/+$/, "")}/${parsed.name}/`);
  }
  const address = UrlConverter.toDownloadUrl(parsed)?.url;
  if (address === undefined) {
    throw new Error(`${purl} has no default repository`);
  }
  return new URL(address);
}

/**
 * Address of a file that a page lists by its name.
 * @throws Error when the page cannot be had or does not list it.
 */
export async function fileAddress(page: URL, fileName: string, options: Omit<GetOptions, "accept">): Promise<URL> {
  const { body, from } = await httpGet(page, { ...options, accept: `${SIMPLE_JSON}, ${SIMPLE_HTML};q=0.5` });
  const listing = await text(body);
  const links =
    body.headers["content-type"]?.startsWith(SIMPLE_JSON) === true ? jsonLinks(listing) : htmlLinks(listing);
  const found = links.map((link) => new URL(link, from)).find((url) => basename(decodeURI(url.pathname)) === fileName);
  if (found === undefined) {
    throw new Error(`${withoutCredentials(page)} does not list ${fileName}`);
  }
  found.hash = "";
  return found;
}

function configuredIndex({ env, platform, home = homedir() }: IndexPlace): string | undefined {
  const named = env["PIP_INDEX_URL"];
  if (named !== undefined && named !== "") {
    return named;
  }
  const file = env["PIP_CONFIG_FILE"];
  if (file === "/dev/null") {
    return undefined;
  }
  const xdg = env["XDG_CONFIG_HOME"];
  const user = xdg !== undefined && xdg !== "" ? xdg : join(home, ".config");
  // The strongest first, as pip reads them.
  const files = [
    ...(file === undefined || file === "" ? [] : [file]),
    ...(platform === "darwin" ? [join(home, "Library", "Application Support", "pip", "pip.conf")] : []),
    join(user, "pip", "pip.conf"),
    join(home, ".pip", "pip.conf"),
    "/etc/pip.conf",
    "/etc/xdg/pip/pip.conf",
  ];
  return files
    .filter((path) => existsSync(path))
    .map((path) => indexUrlOf(readFileSync(path, "utf8")))
    .find((url) => url !== undefined);
}

/** `index-url` of a pip.conf: under `[download]`, where it stands for this command alone, before `[global]`. */
function indexUrlOf(config: string): string | undefined {
  const found = new Map<string, string>();
  let section = "";
  for (const line of config.split("\n")) {
    section = /^\[(.+)\]/.exec(line)?.[1] ?? section;
    const url = /^\s*index[-_]url\s*[=:]\s*(\S+)/.exec(line)?.[1];
    if (url !== undefined) {
      found.set(section, url);
    }
  }
  return found.get("download") ?? found.get("global");
}

function jsonLinks(listing: string): string[] {
  const { files } = JSON.parse(listing) as { files: readonly { url: string }[] };
  return files.map(({ url }) => url);
}

function htmlLinks(listing: string): string[] {
  return [...listing.matchAll(/<a\s[^>]*?href="([^"]+)"/gi)].map(([, href = ""]) => href.replaceAll("&amp;", "&"));
}
