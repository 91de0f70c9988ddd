import { Address4, Address6 } from "ip-address";

/** An IPv4 network. */
export interface Cidr {
  readonly network: Address4;
  /** Prefix length, 0 to 32. */
  readonly prefix: number;
}

/** Parses `10.0.0.0/16`. Undefined when the text is no IPv4 network or has host bits set. */
export function parseCidr(text: string): Cidr | undefined {
  if (!text.includes("/") || !Address4.isValid(text)) {
    return undefined;
  }
  const network = new Address4(text);
  return network.startAddress().bigInt() === network.bigInt() ? { network, prefix: network.subnetMask } : undefined;
}

/** Number of addresses in a network of this prefix length. */
export function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** Cut into networks of this prefix length, the one of that number (the first: 0), such as `10.0.32.0/19`. */
export function subnetOf({ network }: Cidr, prefix: number, number: number): string {
  return `${Address4.fromBigInt(network.bigInt() + BigInt(number * sizeOf(prefix))).correctForm()}/${prefix}`;
}

/** Whether the two networks share an address. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one);
}

/** Whether every address of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.network.isInSubnet(outer.network);
}

/** Whether an address, IPv4 or IPv6, lies in a network, or is the one address that `block` names. */
export function inBlock(block: string, address = ""): boolean {
  const [outer, inner] = [parseAddress(block), parseAddress(address)];
  return outer !== undefined && inner?.isInSubnet(outer) === true;
}

function parseAddress(text: string): Address4 | Address6 | undefined {
  return Address4.isValid(text) ? new Address4(text) : Address6.isValid(text) ? new Address6(text) : undefined;
}
