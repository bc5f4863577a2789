import { TroupeError } from '../base/errors.ts';

/** Where the monitor listens. */
export interface MonitorAddress {
  /** Default: this machine alone. */
  readonly host?: string;
  /** The first one tried; 0: any. */
  readonly port: number;
}

/**
 * Reads `--monitor`: a port, `HOST:PORT`, or `off`; an IPv6 address stands in brackets.
 *
 * @throws {TroupeError} `USAGE` if it is none of these.
 */
export function toMonitorAddress(text: string): MonitorAddress | 'off' {
  if (text === 'off') return 'off';
  const [, host, digits] = /^(?:([\w.-]+|\[[\da-f:.]+\]):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new TroupeError(
      'USAGE',
      `Cannot read --monitor ${JSON.stringify(text)}: expected a port from 0 to 65535, HOST:PORT, or "off"`,
    );
  }
  return host === undefined ? { port } : { host: host.replace(/^\[(.+)\]$/, '$1'), port };
}
