import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";

/**
 * Unpacks files of a zip archive, with the permissions that it records for them.
 * @param archive path of the archive.
 * @param directory where they go, made when it is not there; a file keeps its path inside the archive.
 * @param prefix only files whose path begins so. Paths that lead out of the directory are refused by the reader.
 * @throws Error when the archive is damaged.
 */
export async function unzip(archive: string, directory: string, prefix: string): Promise<void> {
  const zip = await openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.startsWith(prefix) || entry.fileName.endsWith("/")) {
        continue;
      }
      const path = join(directory, entry.fileName);
      await mkdir(dirname(path), { recursive: true });
      // The upper half holds the mode of Unix; a file that records none is one that is only read.
      const mode = (entry.externalFileAttributes >>> 16) & 0o777;
      await pipeline(
        await zip.openReadStreamPromise(entry),
        createWriteStream(path, { mode: mode === 0 ? 0o644 : mode | 0o600 }),
      );
    }
  } finally {
    zip.close();
  }
}
