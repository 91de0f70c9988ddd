export { TlsProvider } from "./provider.ts";
