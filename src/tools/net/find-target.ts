import { type LookupAddress, promises } from 'node:dns';
import { isIP } from 'node:net';
import { TroupeError } from '../../base/errors.ts';
import type { AllowList } from './allow-list.ts';
import { judgeAddress } from './judge-address.ts';

/** All addresses of a host name. Rejects if there are none. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** What a URL leads to. */
export interface Target {
  /** All of them may be reached. */
  readonly addresses: readonly LookupAddress[];
  /** It is one of those that are allowed by themselves, not only because it is public. */
  readonly isListed: boolean;
}

/** Names by which clouds know the place of their metadata. */
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Through the system, as every other program does, since `localhost` and its like are in no name server. */
const resolveBySystem: Resolve = (hostname) => promises.lookup(hostname, { all: true });

/**
 * Finds the addresses of a URL's host, and says whether they may be reached: public ones, and what `allow` covers.
 *
 * One address that may not be reached is enough to refuse a host with many. A host that `allow` covers by its name may
 * have private addresses. A cloud's metadata is reached only if `allow` names its address, and its host, each by itself: a
 * name or a range that was allowed for another reason must not open it.
 *
 * Contract: whoever connects uses these addresses and does not resolve the name again; the next answer may be another.
 *
 * @param resolve Default: through the system.
 * @throws {TroupeError} `TOOL_FAILED` if it may not be reached. The message is the reason alone, and says nothing about
 * the address. Whatever `resolve` rejects with.
 */
export async function findTarget(url: URL, allow: AllowList, resolve: Resolve = resolveBySystem): Promise<Target> {
  const host = url.hostname.replace(/^\[|\]$|\.+$/g, '');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (METADATA_NAMES.has(host) && !allow.names(host, port)) throw refuse();
  const version = isIP(host);
  const addresses = version === 0 ? await resolve(url.hostname) : [{ address: host, family: version }];
  const isListedName = allow.covers(host, port);
  const mayReach = ({ address }: LookupAddress): boolean => {
    switch (judgeAddress(address)) {
      case 'public':
        return true;
      case 'private':
        return isListedName || allow.covers(address, port);
      case 'metadata':
        return allow.names(address, port);
    }
  };
  if (addresses.length === 0 || !addresses.every(mayReach)) throw refuse();
  return { addresses, isListed: isListedName || addresses.every(({ address }) => allow.covers(address, port)) };
}

function refuse(): TroupeError {
  return new TroupeError('TOOL_FAILED', 'its host is not a public one, and "allow" of the tool does not list it');
}
