import {
  type CreateRequest,
  type CreateResult,
  type DiffRequest,
  type DiffResult,
  diffProperties,
  revealMap,
  Secret,
  type StandInProvider,
  toPlainMap,
  UNKNOWN,
} from "../../protocol/index.ts";
import { StatelessProvider } from "../stateless-provider.ts";
import { randomText } from "./generate.ts";

const KINDS = { "random:index/randomPassword:RandomPassword": randomText } as const;

/**
 * Stands in for the random provider, with real random values from the system. Like the published one it keeps nothing itself:
 * passwords live in the engine's state, as secrets.
 */
export class RandomProvider extends StatelessProvider implements StandInProvider {
  readonly packageName = "random";
  readonly version = "4.21.2";

  /** A random value lasts until one of its inputs changes; `keepers` are there to change. */
  diff({ oldInputs, news, ignoreChanges }: DiffRequest): Promise<DiffResult> {
    return Promise.resolve(diffProperties(oldInputs, news, { replaceOn: () => true, ignoreChanges }));
  }

  create({ type, inputs, preview }: CreateRequest): Promise<CreateResult> {
    const make = this.kindOf(KINDS, type);
    const outputs = preview
      ? { result: UNKNOWN, bcryptHash: UNKNOWN }
      : { result: new Secret(make(toPlainMap(revealMap(inputs)))) };
    return Promise.resolve({ id: preview ? "" : "none", outputs: { ...inputs, ...outputs } });
  }
}
