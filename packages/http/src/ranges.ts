import { BlockList, isIP } from "node:net";

/**
 * A set of addresses and CIDR ranges.
 *
 * The families are kept apart: in one list the IPv6 range ::ffff:0:0/96 would hold every IPv4 address,
 * and an IPv4 range its IPv4-mapped forms. Here a range holds what it spells and nothing else.
 */
export class AddressRanges {
  readonly #v4 = new BlockList();
  readonly #v6 = new BlockList();

  constructor(ranges: Iterable<string> = []) {
    for (const range of ranges) this.add(range);
  }

  /** Takes `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`. False, and nothing is added, for any other text. */
  add(text: string): boolean {
    const [base = "", prefix, ...rest] = text.split("/");
    const family = base.includes("%") ? 0 : isIP(base);
    const most = family === 6 ? 128 : 32;
    const wellFormed = prefix === undefined || /^\d{1,3}$/.test(prefix);
    const bits = prefix === undefined ? most : Number(prefix);
    if (family === 0 || rest.length > 0 || !wellFormed || bits > most) return false;
    if (family === 6) this.#v6.addSubnet(base, bits, "ipv6");
    else this.#v4.addSubnet(base, bits, "ipv4");
    return true;
  }

  /** Whether an address is in the set; what is no address is not. */
  has(address: string): boolean {
    const family = isIP(address);
    if (family === 6) return this.#v6.check(address, "ipv6");
    return family === 4 && this.#v4.check(address, "ipv4");
  }
}
