import { existsSync, readFileSync } from "node:fs";
import { replaceFile } from "../../processes/replace-file.ts";
import type { Plain } from "../protocol/index.ts";
import { CommandError } from "../../../mesh/stack/errors.ts";

/** Properties as JSON; in previews those that are unknown are left out. */
export type Properties = Readonly<Record<string, Plain>>;

/** One object of the fake cloud. Secret values in it are replaced by fingerprints (see sealing.ts). */
export interface CloudObject {
  readonly id: string;
  readonly type: string;
  readonly urn: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

interface StoreFile {
  readonly format: 1;
  readonly objects: readonly CloudObject[];
  /** How many objects each URN has had: the number goes into the id, so that a replacement gets another one. */
  readonly generations: Readonly<Record<string, number>>;
}

/**
 * The truth about what exists in the fake cloud: what `read` sees and what refusals are decided by.
 * Every change is written at once and atomically, so that a killed run leaves a whole file.
 */
export class CloudStore {
  readonly #path: string | undefined;
  readonly #objects = new Map<string, CloudObject>();
  readonly #generations = new Map<string, number>();

  /**
   * @param path JSON file, made with mode 0600; undefined: in memory only.
   * @throws CommandError when the file is there but cannot be read.
   */
  constructor(path?: string) {
    this.#path = path;
    if (path !== undefined && existsSync(path)) {
      const file = readStore(path);
      file.objects.forEach((object) => this.#objects.set(keyOf(object.type, object.id), object));
      Object.entries(file.generations).forEach(([urn, generation]) => this.#generations.set(urn, generation));
    }
  }

  get(type: string, id: string): CloudObject | undefined {
    return this.#objects.get(keyOf(type, id));
  }

  /** All objects, or those of one type, in the order they were made. */
  list(type?: string): readonly CloudObject[] {
    const all = [...this.#objects.values()];
    return type === undefined ? all : all.filter((object) => object.type === type);
  }

  /** Adds or changes an object. */
  put(object: CloudObject): void {
    this.#objects.set(keyOf(object.type, object.id), object);
    this.#write();
  }

  /** Removes an object; nothing happens when there is none. */
  remove(type: string, id: string): void {
    if (this.#objects.delete(keyOf(type, id))) {
      this.#write();
    }
  }

  /** The number of the next object with this URN, from 0; each call counts one on. */
  nextGeneration(urn: string): number {
    const generation = this.#generations.get(urn) ?? 0;
    this.#generations.set(urn, generation + 1);
    return generation;
  }

  #write(): void {
    if (this.#path === undefined) {
      return;
    }
    const file: StoreFile = {
      format: 1,
      objects: this.list(),
      generations: Object.fromEntries(this.#generations),
    };
    replaceFile(this.#path, JSON.stringify(file, undefined, 1));
  }
}

const keyOf = (type: string, id: string): string => `${type} ${id}`;

function readStore(path: string): StoreFile {
  const remediation = "`down --purge` on this stack starts it again";
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as Partial<StoreFile>;
    if (file.format === 1 && Array.isArray(file.objects) && typeof file.generations === "object") {
      return file as StoreFile;
    }
  } catch (error) {
    throw new CommandError("cloud.store-unreadable", `the fake cloud's file ${path} cannot be read`, remediation, {
      cause: error,
    });
  }
  throw new CommandError("cloud.store-unreadable", `${path} is not a file of the fake cloud`, remediation);
}
