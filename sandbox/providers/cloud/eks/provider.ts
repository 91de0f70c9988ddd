import { type ComponentRequest, type ComponentResult, Refusal, type StandInProvider } from "../../protocol/index.ts";
import type { CloudHooks } from "../types.ts";
import { type ChildVersions, constructCluster } from "./cluster.ts";
import { constructManagedNodeGroup } from "./managed-node-group.ts";

/** Stands in for the eks provider, which has components only: they register children of the aws provider. */
export class EksProvider implements StandInProvider {
  readonly packageName = "eks";
  readonly version = "4.3.0";
  readonly #hooks: CloudHooks;
  readonly #versions: ChildVersions;

  constructor(hooks: CloudHooks, versions: ChildVersions) {
    this.#hooks = hooks;
    this.#versions = versions;
  }

  construct(request: ComponentRequest): Promise<ComponentResult> {
    switch (request.type) {
      case "eks:index:Cluster":
        return constructCluster(request, this.#hooks, this.#versions);
      case "eks:index:ManagedNodeGroup":
        return constructManagedNodeGroup(request, this.#versions);
      default:
        throw new Refusal(`the fake of eks does not cover the component ${request.type}`);
    }
  }

  create(): never {
    throw new Refusal("the eks provider has components only");
  }

  read(): never {
    throw new Refusal("the eks provider has components only");
  }

  update(): never {
    throw new Refusal("the eks provider has components only");
  }

  delete(): never {
    throw new Refusal("the eks provider has components only");
  }
}
