import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * `public`: anybody's unicast. `metadata`: where a cloud tells a machine its credentials. `private`: everything else, such as
 * loopback, a local network, multicast, what is reserved, and what is no address.
 */
export type AddressKind = 'public' | 'private' | 'metadata';

/** AWS, Azure, Google Cloud, Alibaba, Oracle; some are public by their range. */
const METADATA_ADDRESSES = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
]);

/** Ranges of IPv6 that embed an address of IPv4, with the byte at which it begins. */
const EMBEDDING: readonly [ReturnType<typeof ipaddr.parseCIDR>, number][] = [
  [ipaddr.parseCIDR('::/96'), 12],
  [ipaddr.parseCIDR('::ffff:0:0/96'), 12],
  [ipaddr.parseCIDR('::ffff:0:0:0/96'), 12],
  [ipaddr.parseCIDR('64:ff9b::/96'), 12],
  [ipaddr.parseCIDR('2002::/16'), 2],
];
/** Embeds two: the server as it is, and at the end the client with its bits turned over. */
const TEREDO = ipaddr.parseCIDR('2001::/32');
/** All that is given out as global unicast; the rest is special or not yet used. */
const GLOBAL = ipaddr.parseCIDR('2000::/3');

/**
 * Says who is at an address, by its text alone. One of IPv6 that embeds an address of IPv4 (mapped, compatible, translated,
 * NAT64, 6to4, Teredo) is what the embedded one is.
 *
 * @param text As a resolver or a normalised URL writes it, without brackets.
 */
export function judgeAddress(text: string): AddressKind {
  if (isIP(text) === 0) return 'private';
  // Without its zone: that is the way to a link-local address, not a part of it.
  const address = ipaddr.parse(text.replace(/%.*$/, ''));
  if (METADATA_ADDRESSES.has(address.toString())) return 'metadata';
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast' ? 'public' : 'private';
  const kinds = findEmbedded(address).map(judgeAddress);
  if (kinds.length > 0) return kinds.find((kind) => kind !== 'public') ?? 'public';
  return address.match(GLOBAL) && address.range() === 'unicast' ? 'public' : 'private';
}

function findEmbedded(address: ipaddr.IPv6): string[] {
  const bytes = address.toByteArray();
  const read = (start: number, mask = 0): string =>
    bytes
      .slice(start, start + 4)
      .map((byte) => byte ^ mask)
      .join('.');
  if (address.match(TEREDO)) return [read(4), read(12, 0xff)];
  return EMBEDDING.filter(([range]) => address.match(range)).map(([, start]) => read(start));
}
