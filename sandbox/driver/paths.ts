import { join, resolve } from "node:path";

/** The Pulumi project's name: part of every URN, so it is the same here and under the ordinary CLI. */
export const PROJECT_NAME = "ecommerce-mesh";

/** Where a command finds its input and keeps what it makes. */
export interface Places {
  /** Directory of Pulumi.yaml and the Pulumi.<stack>.yaml files. */
  readonly projectDir: string;
  /** Directory of everything the sandbox keeps, one folder a stack. Default: `.sandbox` in the project. */
  readonly sandboxDir: string;
}

/** Paths of one stack's sandbox. */
export interface StackPaths extends Places {
  readonly stack: string;
  /** `.sandbox/<stack>`. */
  readonly dir: string;
  readonly lock: string;
  /** The generated Pulumi project: what the engine reads. */
  readonly project: string;
  /** Root of the engine's file backend. */
  readonly backend: string;
  /** The checkpoint that the engine writes. */
  readonly checkpoint: string;
  /** The engine's own locks in the file backend. */
  readonly backendLocks: string;
  readonly passphrase: string;
  /** PULUMI_HOME: apart from the user's own, so that logins and plugins there stay as they are; the provider is found by it. */
  readonly pulumiHome: string;
  readonly controlPlane: string;
  /** The fake cloud's objects. */
  readonly cloud: string;
  /** HOME of the engine and of the Kubernetes provider, with Helm's own folders: nothing of the user's. */
  readonly home: string;
  /** Folders of the cluster's volumes, below what belongs to its nodes. */
  readonly volumes: string;
  /** Charts that are laid out because their repositories do not answer. */
  readonly charts: string;
  /** Which chart repositories answered when the stack was made. */
  readonly chartRecord: string;
  /** What the last successful `up` found: read by `status`. */
  readonly summary: string;
}

/** Fills in the defaults: the current directory, and `.sandbox` in it. */
export function placesOf(options: { readonly projectDir?: string; readonly sandboxDir?: string }): Places {
  const projectDir = resolve(options.projectDir ?? ".");
  return { projectDir, sandboxDir: resolve(options.sandboxDir ?? join(projectDir, ".sandbox")) };
}

/** All paths of one stack; touches no file. */
export function stackPaths(places: Places, stack: string): StackPaths {
  const dir = join(places.sandboxDir, stack);
  const backend = join(dir, "backend");
  return {
    ...places,
    stack,
    dir,
    lock: join(dir, "lock"),
    project: join(dir, "project"),
    backend,
    checkpoint: join(backend, ".pulumi", "stacks", PROJECT_NAME, `${stack}.json`),
    backendLocks: join(backend, ".pulumi", "locks", "organization", PROJECT_NAME, stack),
    passphrase: join(dir, "passphrase"),
    pulumiHome: join(dir, "pulumi-home"),
    controlPlane: join(dir, "control-plane"),
    cloud: join(dir, "cloud.json"),
    home: join(dir, "home"),
    volumes: join(dir, "control-plane", "node", "volumes"),
    charts: join(dir, "charts"),
    chartRecord: join(dir, "charts.json"),
    summary: join(dir, "summary.json"),
  };
}
