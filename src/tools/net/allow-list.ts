import { BlockList, isIP } from 'node:net';
import { TroupeError } from '../../base/errors.ts';

interface Entry {
  /** Absent: any. */
  readonly port: number | undefined;
  /** It stands for one host or one address, not for many. */
  readonly isOne: boolean;
  covers(host: string): boolean;
}

/** After normalisation; an underscore is no host name's, but in use inside. */
const NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/**
 * Hosts that may be reached wherever they are. An entry is one of
 *
 * - a name, `api.example.com`; or `*.example.com` for all names below it, not for itself;
 * - an address, `10.0.0.7` or `[fd00::7]`, or a range of them, `10.0.0.0/8` or `[fd00::/8]`. It also covers the names that
 *   resolve to it, and an IPv4 range covers its addresses as IPv6 writes them (`::ffff:10.0.0.7`).
 *
 * each with `:port` behind it, or for any port. IPv6 without a port needs no brackets.
 */
export class AllowList {
  readonly isEmpty: boolean;
  readonly #entries: readonly Entry[];

  /**
   * @param texts The entries.
   * @param where What they belong to, for the error: `tool "web"`.
   * @throws {TroupeError} `SCENARIO_INVALID`, with the entry that is none.
   */
  constructor(texts: readonly string[], where: string) {
    this.isEmpty = texts.length === 0;
    this.#entries = texts.map((text) => {
      const entry = parseEntry(text);
      if (entry !== undefined) return entry;
      throw new TroupeError(
        'SCENARIO_INVALID',
        `Cannot use ${where}: ${JSON.stringify(text)} in "allow" is no host; write example.com, *.example.com, 10.0.0.7 or ` +
          '10.0.0.0/8, each with or without a port such as :8080',
      );
    });
  }

  /** Whether an entry stands for this host. @param host A name in lower case, or an address without brackets. */
  covers(host: string, port: number): boolean {
    return this.#entries.some((entry) => matches(entry, host, port));
  }

  /** Whether an entry stands for this host and for no other. */
  names(host: string, port: number): boolean {
    return this.#entries.some((entry) => entry.isOne && matches(entry, host, port));
  }
}

function matches(entry: Entry, host: string, port: number): boolean {
  return (entry.port === undefined || entry.port === port) && entry.covers(host);
}

function parseEntry(text: string): Entry | undefined {
  const { host, port } = splitPort(text);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const matcher = parseAddresses(host) ?? parseName(host);
  return matcher && { port, ...matcher };
}

function splitPort(text: string): { host: string; port: number | undefined } {
  // IPv6 without brackets: its last group is no port.
  if (isIP(text.replace(/\/\d+$/, '')) === 6) return { host: text, port: undefined };
  const [, host = text, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: port === undefined ? undefined : Number(port) };
}

type Matcher = Omit<Entry, 'port'>;

function parseAddresses(host: string): Matcher | undefined {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(host) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (prefix > most) return undefined;
  const list = new BlockList();
  list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return {
    isOne: prefix === most,
    covers: (other) => isIP(other) !== 0 && list.check(other, isIP(other) === 4 ? 'ipv4' : 'ipv6'),
  };
}

function parseName(host: string): Matcher | undefined {
  const isWild = host.startsWith('*.');
  const name = normalise(isWild ? host.slice(2) : host);
  if (name === undefined) return undefined;
  if (isWild) return { isOne: false, covers: (other) => isIP(other) === 0 && other.endsWith(`.${name}`) };
  return { isOne: true, covers: (other) => other === name };
}

/** As a URL writes the name, so that the two can be compared. An address in an unusual notation is no name. */
function normalise(name: string): string | undefined {
  const url = URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`) : undefined;
  const isNameAlone = url !== undefined && url.href === `http://${url.hostname}/` && !/[/\\@?#:\s]/.test(name);
  return isNameAlone && NAME.test(url.hostname) && isIP(url.hostname) === 0 ? url.hostname : undefined;
}
