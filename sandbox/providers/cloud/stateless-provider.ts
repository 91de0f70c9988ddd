import { type PropertyMap, type ReadRequest, type ReadResult, Refusal, type UpdateRequest } from "../protocol/index.ts";

/**
 * What fakes share whose resources live nowhere but in the engine's state, as the published ones' do: reading gives
 * back what is recorded, and deleting has nothing to do.
 */
export abstract class StatelessProvider {
  abstract readonly packageName: string;

  read({ id, inputs, outputs }: ReadRequest): Promise<ReadResult> {
    return Promise.resolve({ id, inputs, outputs });
  }

  update({ news, oldOutputs }: UpdateRequest): Promise<{ outputs: PropertyMap }> {
    return Promise.resolve({ outputs: { ...oldOutputs, ...news } });
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }

  /** @throws Refusal for a type that the fake does not make. */
  protected kindOf<Kind>(kinds: Readonly<Record<string, Kind>>, type: string): Kind {
    const kind = kinds[type];
    if (kind === undefined) {
      const known = Object.keys(kinds).join(", ");
      throw new Refusal(`the fake of ${this.packageName} does not know ${type}; it knows ${known}`);
    }
    return kind;
  }
}
