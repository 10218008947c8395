/** The ways an IPv6 address carries an IPv4 one in its last 32 bits: compatible, mapped, translated, NAT64 and a network's own NAT64. */
const carriers = ["::", "::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"];

const hex = (high: string, low: string): string => ((Number(high) << 8) | Number(low)).toString(16);

/** An IPv4 range and every IPv6 range that reaches the same hosts. */
const everyFormOf = (range: string): string[] => {
  const [base = "", prefix = "32"] = range.split("/");
  const [a = "", b = "", c = "", d = ""] = base.split(".");
  const bits = Number(prefix);
  const sixToFour = `2002:${hex(a, b)}:${hex(c, d)}::/${16 + bits}`;
  return [range, ...carriers.map((carrier) => `${carrier}${base}/${96 + bits}`), sixToFour];
};

/**
 * What no receiver of events ever has: link-local addresses, and those outside of them at which clouds
 * hand credentials to whoever asks from inside.
 */
export const linkLocalAndMetadata: readonly string[] = [
  ...[
    "169.254.0.0/16", // link-local; the metadata service of nearly every cloud
    "100.100.100.200", // Alibaba Cloud
    "100.96.0.96", // Volcano Engine
    "100.80.80.80", // UCloud
    "168.63.129.16", // Azure, in public address space
    "192.0.0.192", // Oracle Cloud Classic
  ].flatMap(everyFormOf),
  "fe80::/10", // link-local
  "fd00:ec2::/32", // AWS: metadata, pod identity
  "fd20:ce::254", // Google Cloud
  "fd00:c1::a9fe:a9fe", // Oracle Cloud
  "fd00:100::100:200", // Alibaba Cloud
  "fd00:42::42", // Scaleway
  "fd00:a9fe:a9fe::1", // Akamai
];

/**
 * What is not an ordinary public address, by the registries of special purposes.
 *
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const notPublic: readonly string[] = [
  ...linkLocalAndMetadata,
  "0.0.0.0/8", // this network; 0.0.0.0 connects to this machine
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8", // loopback
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // relays from IPv6 to IPv4, abandoned
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved; 255.255.255.255 is broadcast
  // Only 2000::/3 is public. The rest holds ::, ::1, every form of an IPv4 address, NAT64, discard,
  // SRv6, unique local, link-local, site-local and multicast.
  "::/3",
  "4000::/2",
  "8000::/1",
  "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4, which carries any IPv4 address
  "3fff::/20", // documentation
];
