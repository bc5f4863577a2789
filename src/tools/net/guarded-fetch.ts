import { TroupeError } from '../../base/errors.ts';
import { FETCH_REDIRECTS_MAX } from '../../base/limits.ts';
import type { AllowList } from './allow-list.ts';
import { describeFailure } from './describe-failure.ts';
import { findTarget, type Resolve } from './find-target.ts';
import { parseUrl } from './parse-url.ts';
import { ACCEPTED_ENCODINGS, type BodyHead, readBody } from './read-body.ts';
import { type Connect, type Reply, request } from './request.ts';

/** What is fetched and how. */
export interface FetchOptions {
  readonly allow: AllowList;
  /** Names in lower case. They go to the hosts of `allow`, or to all if it is empty. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `accept` header, if `headers` have none. */
  readonly accept: string;
  /** Of the body. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Takes out of a text what no error may show. */
  readonly hide: (text: string) => string;
  /** Default: through the system. */
  readonly resolve?: Resolve;
  /** Default: by TCP, and TLS for https. */
  readonly connect?: Connect;
}

/** The last answer. */
export interface FetchedPage extends BodyHead {
  /** Where redirects led to. */
  readonly url: string;
  readonly status: number;
  /** Empty: none. */
  readonly contentType: string;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Of a URL in an error. */
const SHOWN_CHARS = 200;

/**
 * Makes a GET request to a public host, or to one of `allow`, and follows up to `FETCH_REDIRECTS_MAX` redirects.
 *
 * The URL, its host's addresses and every redirect are checked, and the connection is made to an address that was checked, so
 * that a name server cannot answer one thing to the check and another to the connection. `headers` are sent no
 * further once a redirect has left the first scheme, host and port.
 *
 * @returns Any status is an answer, 404 and 500 too.
 * @throws {TroupeError} `TOOL_FAILED`, with the URL (without user names and passwords) and the reason; nothing about what is
 * at an address that is refused. The signal's reason if it has aborted.
 */
export async function guardedFetch(text: string, options: FetchOptions): Promise<FetchedPage> {
  const show = (address: string): string => JSON.stringify(options.hide(hidePassword(address)).slice(0, SHOWN_CHARS));
  let place = show(text);
  try {
    let url = parseUrl(text);
    let isAtHome = true;
    for (let redirects = 0; redirects <= FETCH_REDIRECTS_MAX; redirects++) {
      const reply = await requestOnce(url, isAtHome, options);
      try {
        const location = REDIRECTS.has(reply.status) ? first(reply, 'location') : '';
        if (location === '') return await toPage(url, reply, options.maxBytes);
        place = `${show(text)}, which redirects to ${show(location)}`;
        const next = parseUrl(location, url);
        isAtHome &&= next.origin === url.origin;
        url = next;
      } finally {
        reply.close();
      }
    }
    throw new TroupeError('TOOL_FAILED', `there were already ${FETCH_REDIRECTS_MAX} redirects before`);
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    throw new TroupeError('TOOL_FAILED', `Cannot fetch ${place}: ${describeFailure(error)}`);
  }
}

async function requestOnce(url: URL, isAtHome: boolean, options: FetchOptions): Promise<Reply> {
  const { allow, accept, signal } = options;
  const { addresses, isListed } = await findTarget(url, allow, options.resolve);
  const headers = {
    accept,
    'accept-encoding': ACCEPTED_ENCODINGS,
    'user-agent': 'troupe',
    ...(isAtHome && (isListed || allow.isEmpty) && options.headers),
  };
  return request(url, headers, addresses, signal, options.connect);
}

async function toPage(url: URL, reply: Reply, maxBytes: number): Promise<FetchedPage> {
  const body = await readBody(reply.body, first(reply, 'content-encoding'), maxBytes);
  return { url: url.href, status: reply.status, contentType: first(reply, 'content-type'), ...body };
}

function first({ headers }: Reply, name: string): string {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}

/** In whatever notation a password is written, it is before the @. */
function hidePassword(url: string): string {
  return url.replace(/[^/\\]+@/g, '[redacted]@');
}
