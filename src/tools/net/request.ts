import type { LookupAddress } from 'node:dns';
import type { Readable } from 'node:stream';
import { buildConnector, Client } from 'undici';
import { FETCH_HEADERS_MAX_BYTES } from '../../base/limits.ts';

/** Makes what opens the socket: to one of the addresses, and to nothing else. */
export type Connect = (addresses: readonly LookupAddress[], signal: AbortSignal) => buildConnector.connector;

/** An answer whose body has not been read. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
  /** Ends the connection, whatever has been read. Has to be called. */
  close(): void;
}

/** The only addresses that a socket can be told of. A host that is an address by itself is connected to as it is. */
const connectToThese: Connect = (addresses, signal) =>
  buildConnector({ autoSelectFamily: true, lookup: (_host, _options, done) => done(null, [...addresses]), signal });

/**
 * Makes one GET request on a connection of its own, which serves no other: not even one to the same host, whose address may
 * have changed. No proxy is used, whatever the environment says; redirects are not followed.
 *
 * @param addresses Of the URL's host, already checked.
 * @param signal Ends the connection at any time, also while it is being made. There is no other limit in time for an answer.
 * @param connect Default: by TCP, and TLS for https.
 * @throws What undici rejects with, or the signal's reason if it had aborted before.
 */
export async function request(
  url: URL,
  headers: Readonly<Record<string, string>>,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
  connect: Connect = connectToThese,
): Promise<Reply> {
  signal.throwIfAborted();
  const connection = new AbortController();
  const client = new Client(url.origin, {
    connect: connect(addresses, connection.signal),
    maxHeaderSize: FETCH_HEADERS_MAX_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const close = (): void => {
    signal.removeEventListener('abort', close);
    client.destroy().catch(() => undefined);
    // The client has no hold of a socket that is still connecting.
    connection.abort();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    const path = url.pathname + url.search;
    const { statusCode, headers: received, body } = await client.request({ method: 'GET', path, headers, reset: true });
    // Whoever reads it hears of the error; nobody else has to.
    body.on('error', () => undefined);
    return { status: statusCode, headers: received, body, close };
  } catch (error) {
    close();
    throw error;
  }
}
