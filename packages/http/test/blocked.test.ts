import { isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkLocalAndMetadata, notPublic } from "../src/blocked.ts";
import { AddressRanges } from "../src/ranges.ts";

const standard = new AddressRanges(linkLocalAndMetadata);
const strict = new AddressRanges(notPublic);

const metadata = [
  "169.254.0.0",
  "169.254.169.254",
  "169.254.170.2",
  "169.254.255.255",
  "100.100.100.200",
  "100.96.0.96",
  "100.80.80.80",
  "168.63.129.16",
  "192.0.0.192",
  "::169.254.169.254",
  "::ffff:169.254.169.254",
  "::ffff:a9fe:a9fe",
  "::ffff:0:169.254.169.254",
  "64:ff9b::169.254.169.254",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::169.254.169.254",
  "2002:a9fe:a9fe::",
  "2002:a9fe:a9fe::1",
  "::ffff:100.100.100.200",
  "::ffff:100.96.0.96",
  "2002:6464:64c8::1",
  "2002:a83f:8110::1",
  "fe80::1",
  "fe80::1%eth0",
  "febf:ffff::1",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
  "fd00:c1::a9fe:a9fe",
  "fd00:42::42",
];

const privateOrSpecial = [
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.0",
  "10.254.0.0",
  "100.64.0.0",
  "100.100.0.0",
  "100.127.255.255",
  "127.0.0.1",
  "127.255.255.255",
  "172.16.10.65",
  "172.31.255.255",
  "192.0.0.0",
  "192.0.0.255",
  "192.0.2.255",
  "192.88.99.1",
  "192.168.10.65",
  "198.18.0.0",
  "198.19.255.255",
  "198.51.100.65",
  "203.0.113.6",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "250.10.20.30",
  "255.255.255.255",
  "::",
  "::1",
  "::8.8.8.8",
  "::ffff:0.0.0.1",
  "::ffff:8.8.8.8",
  "::ffff:127.0.0.1",
  "::ffff:0:8.8.8.8",
  "0:0:0:ffff::1",
  "64:ff9b::8.8.8.8",
  "64:ff9b:1::8.8.8.8",
  "100::1",
  "100:0:0:1::1",
  "1fff:ffff::1",
  "2001::1",
  "2001:2::1",
  "2001:10::1",
  "2001:20::1",
  "2001:1ff:ffff::1",
  "2001:db8::1",
  "2002::1",
  "2002:808:808::1",
  "3fff::1",
  "3fff:fff:ffff::1",
  "4000::1",
  "5f00::1",
  "fc00::1",
  "fdff:ffff::1",
  "fec0::1",
  "ff02::1",
  "ffff::",
];

const open = [
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "168.63.129.15",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "203.0.114.0",
  "223.255.255.255",
  "2001:200::1",
  "2001:4860:4860::8888",
  "2001:db9::1",
  "2003::1",
  "2606:4700::1111",
  "2a00:1450:4001:80b::200e",
  "3ffe::1",
  "3fff:1000::1",
];

describe("an address", () => {
  it.each(metadata)("%s is blocked by standard and strict", (address) => {
    expect([standard.has(address), strict.has(address)]).toEqual([true, true]);
  });

  it.each(privateOrSpecial)("%s is blocked by strict alone", (address) => {
    expect([standard.has(address), strict.has(address)]).toEqual([false, true]);
  });

  it.each(open)("%s is open", (address) => {
    expect([standard.has(address), strict.has(address)]).toEqual([false, false]);
  });
});

/** The 128 bits of an address in full groups, or the 32 of an IPv4 one. */
const bitsOf = (address: string): string =>
  isIPv6(address)
    ? address
        .split(":")
        .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
        .join("")
    : address
        .split(".")
        .map((byte) => Number(byte).toString(2).padStart(8, "0"))
        .join("");

const v4 = fc.ipV4();
const v6 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((group) => group.toString(16)).join(":"));

describe("a range", () => {
  it.each([
    ["IPv4", v4, 32],
    ["IPv6", v6, 128],
  ])("of %s holds exactly the addresses that share its prefix", (_, address, width) => {
    const nearby = fc.tuple(address, address, fc.nat(width), fc.nat(width));
    fc.assert(
      fc.property(nearby, ([base, other, prefix, shared]) => {
        const ranges = new AddressRanges([`${base}/${prefix}`]);
        const expected = bitsOf(base).slice(0, prefix) === bitsOf(other).slice(0, prefix);
        expect(ranges.has(other)).toBe(expected);
        // Random addresses rarely share a prefix: one that is made to.
        const bits = bitsOf(base).slice(0, shared) + bitsOf(other).slice(shared);
        const alike =
          width === 32
            ? (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)).join(".")
            : (bits.match(/.{16}/g) ?? [])
                .map((group) => Number.parseInt(group, 2).toString(16))
                .join(":");
        expect(ranges.has(alike)).toBe(bits.startsWith(bitsOf(base).slice(0, prefix)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("of one family holds nothing of the other", () => {
    const mapped = new AddressRanges(["::ffff:0:0/96"]);
    expect([mapped.has("8.8.8.8"), mapped.has("::ffff:8.8.8.8")]).toEqual([false, true]);
    const everyV4 = new AddressRanges(["0.0.0.0/0"]);
    expect([everyV4.has("8.8.8.8"), everyV4.has("::ffff:8.8.8.8")]).toEqual([true, false]);
  });

  it("holds no text that is no address", () => {
    const all = new AddressRanges(["0.0.0.0/0", "::/0"]);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(all.has(`x${text}`)).toBe(false);
      }),
    );
  });
});
