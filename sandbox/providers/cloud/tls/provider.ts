import { Refusal, type StandInProvider } from "../../protocol/index.ts";
export class TlsProvider implements StandInProvider {
  readonly packageName = "tls";
  readonly version = "5.6.1";
  create(): never {
    throw new Refusal("tls");
  }
  read(): never {
    throw new Refusal("tls");
  }
  update(): never {
    throw new Refusal("tls");
  }
  delete(): never {
    throw new Refusal("tls");
  }
}
