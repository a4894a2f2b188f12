/** Which network addresses a page may not reach. */
import { BlockList, isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

/** Ranges of the special-purpose registries (RFC 6890 and its successors) that are not the public internet. */
const REFUSED: readonly (readonly [cidr: string, name: string])[] = [
  ['0.0.0.0/8', 'this host'],
  ['10.0.0.0/8', 'a private address'],
  ['100.64.0.0/10', 'a carrier-grade NAT address'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'a link-local address'],
  ['172.16.0.0/12', 'a private address'],
  ['192.0.0.0/24', 'a reserved address'],
  ['192.168.0.0/16', 'a private address'],
  ['198.18.0.0/15', 'a benchmarking address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['240.0.0.0/4', 'a reserved address'],
  // Azure's metadata and DNS service answers on this public-looking address inside each machine.
  ['168.63.129.16/32', 'a metadata service'],
  ['::/128', 'this host'],
  ['::1/128', 'loopback'],
  ['64:ff9b:1::/48', 'a local translation address'],
  ['100::/64', 'a discard address'],
  ['2001:2::/48', 'a benchmarking address'],
  ['5f00::/16', 'a routing address'],
  ['fc00::/7', 'a private address'],
  ['fe80::/10', 'a link-local address'],
  ['fec0::/10', 'a private address'],
  ['ff00::/8', 'a multicast address'],
];

const lists = REFUSED.map(([cidr, name]) => {
  const [net = '', bits = ''] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4');
  return { list, name };
});

/**
 * Why a page may not reach `address`, in words; null when it may.
 *
 * IPv6 forms that carry an IPv4 address (mapped, compatible, translated, NAT64, 6to4, Teredo) are judged by what they carry.
 * @param address an IP address, as a resolver gives it; anything else is refused
 */
export function refusal(address: string): string | null {
  const family = isIP(address);
  if (family === 0) return 'not an IP address';
  if (family === 4) return named(address, 'ipv4');
  if (address.includes('%')) return 'a link-local address';
  const own = named(address, 'ipv6');
  if (own) return own;
  const parts = groups(address);
  const carried = carriedIpv4(parts);
  if (carried) return named(carried, 'ipv4');
  // Nothing else is handed out to the internet as yet (IANA IPv6 address space).
  return ((parts[0] ?? 0) & 0xe000) === 0x2000 ? null : 'not a public address';
}

/**
 * Refuses, besides all that is not public, this machine by its public addresses, and its neighbours by their public IPv6 ones: services
 * there expect no stranger, because a router or a firewall keeps strangers out.
 * @param interfaces as `networkInterfaces()` of node:os gives them
 */
export function refusalAround(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): (address: string) => string | null {
  const near = new BlockList();
  for (const { family, address, cidr } of Object.values(interfaces).flatMap((each) => each ?? [])) {
    if (family === 'IPv4') near.addAddress(address, 'ipv4');
    else near.addSubnet(address, Number(cidr?.split('/')[1] ?? 128), 'ipv6');
  }
  const isNear = (address: string) => near.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return (address) => refusal(address) ?? (isNear(address) ? 'an address of this machine or its network' : null);
}

// `check` of a BlockList also matches mapped IPv4 addresses, in either direction: one more reason to be refused, never one less.
const named = (address: string, family: 'ipv4' | 'ipv6'): string | null =>
  lists.find(({ list }) => list.check(address, family))?.name ?? null;

/** The eight 16-bit groups of an IPv6 address. */
function groups(address: string): number[] {
  // The URL parser writes the shortest form and turns a dotted tail into two groups.
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return parse(head);
  const [left, right] = [parse(head), parse(tail)];
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function carriedIpv4(g: readonly number[]): string | null {
  const dotted = (high = 0, low = 0) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const zeros = (from: number, to: number) => g.slice(from, to).every((group) => group === 0);
  if (zeros(0, 5) && (g[5] === 0xffff || g[5] === 0)) return dotted(g[6], g[7]); // ::ffff:a.b.c.d, ::a.b.c.d
  if (zeros(0, 4) && g[4] === 0xffff && g[5] === 0) return dotted(g[6], g[7]); // ::ffff:0:a.b.c.d (RFC 2765)
  if (g[0] === 0x64 && g[1] === 0xff9b && zeros(2, 6)) return dotted(g[6], g[7]); // 64:ff9b::/96 (RFC 6052)
  if (g[0] === 0x2002) return dotted(g[1], g[2]); // 6to4 (RFC 3056)
  // ISATAP, below any prefix (RFC 5214).
  if ((g[4] === 0 || g[4] === 0x200) && g[5] === 0x5efe) return dotted(g[6], g[7]);
  if (g[0] === 0x2001 && g[1] === 0) return dotted((g[6] ?? 0) ^ 0xffff, (g[7] ?? 0) ^ 0xffff); // Teredo (RFC 4380)
  return null;
}
