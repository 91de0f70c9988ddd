import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A folder as the kubelet mounts a ConfigMap: each file is a link into `..data`, which is a link to a folder of that version; another
 * version takes its place in one step.
 */
export class MountedConfigMap {
  readonly #dir: string;
  #version = 0;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  /** Puts these files in the place of all that were there. The names stay the same. */
  write(files: Readonly<Record<string, string>>): void {
    this.#version += 1;
    const version = `..version-${this.#version}`;
    mkdirSync(join(this.#dir, version));
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(this.#dir, version, name), content);
      if (this.#version === 1) {
        symlinkSync(join("..data", name), join(this.#dir, name));
      }
    }
    symlinkSync(version, join(this.#dir, "..data_tmp"));
    renameSync(join(this.#dir, "..data_tmp"), join(this.#dir, "..data"));
  }
}
