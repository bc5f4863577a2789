import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import {
  WRONG_TOKEN_MAX_MS,
  WRONG_TOKEN_MS,
  WRONG_TOKENS_FREE,
  WRONG_TOKENS_WAITING,
} from '../../base/monitor-limits.ts';

/** What a request may do. */
export type Right = 'read' | 'control';

/** Why a request is turned away, with the status of the answer. */
export interface Refusal {
  readonly status: 401 | 403 | 429;
  readonly message: string;
}

export interface AccessOptions {
  /** Secrets of this start: who has `read` sees, who has `control` may send commands too. */
  readonly tokens: { readonly read: string; readonly control?: string };
  /** What a `Host` header may say, port included; an `Origin` the same with `http://`. */
  readonly hosts: readonly string[];
  /** Cookies are shared by all ports of a host, so the name tells them apart. */
  readonly cookie: string;
  readonly clock: Clock;
}

/**
 * Who may come in.
 *
 * A page of another site cannot: its `Origin` is not ours, a name it has rebound to this machine is not our `Host`, and
 * it does not know the token. Tokens are compared in constant time; after `WRONG_TOKENS_FREE` wrong ones in a row each
 * further one waits longer for its answer. The right one never waits, so that nobody can be locked out by guessing.
 */
export class Access {
  readonly #options: AccessOptions;
  #wrong = 0;
  #waiting = 0;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Refuses what does not come from our own page or from a program. */
  checkOrigin({ headers }: IncomingMessage): Refusal | undefined {
    const { hosts } = this.#options;
    if (headers.host === undefined || !hosts.includes(headers.host.toLowerCase())) {
      return { status: 403, message: `Cannot serve this host name: the monitor answers to ${hosts.join(' and ')}` };
    }
    const { origin } = headers;
    if (origin !== undefined && !hosts.some((host) => origin.toLowerCase() === `http://${host}`)) {
      return { status: 403, message: 'Cannot serve another site: open the monitor at its own address' };
    }
    return undefined;
  }

  /** @returns The request's right, by the token it brings. A wrong one is answered after a while. */
  async check(request: IncomingMessage, url: URL): Promise<Right | Refusal> {
    const token = this.#tokenOf(request, url);
    if (token === undefined) {
      return { status: 401, message: 'A token is missing: open the address that troupe printed at the start' };
    }
    const right = this.rightOf(token);
    if (right !== undefined) {
      this.#wrong = 0;
      return right;
    }
    if (this.#waiting >= WRONG_TOKENS_WAITING) return { status: 429, message: 'Too many wrong tokens' };
    await this.#slow();
    return { status: 401, message: 'The token is not the one of this start: open the address that troupe printed' };
  }

  /** Both tokens are compared whatever the outcome. */
  rightOf(token: string): Right | undefined {
    const { read, control } = this.#options.tokens;
    const mayRead = isSame(token, read);
    const mayControl = control !== undefined && isSame(token, control);
    if (mayControl) return 'control';
    return mayRead ? 'read' : undefined;
  }

  #tokenOf({ headers }: IncomingMessage, url: URL): string | undefined {
    const query = url.searchParams.get('token');
    if (query !== null) return query;
    const [, bearer] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (bearer !== undefined) return bearer;
    const cookies = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
    return cookies.find(([name]) => name === this.#options.cookie)?.[1];
  }

  async #slow(): Promise<void> {
    this.#wrong++;
    const over = this.#wrong - WRONG_TOKENS_FREE;
    if (over <= 0) return;
    this.#waiting++;
    await this.#options.clock.sleep(Math.min(WRONG_TOKEN_MAX_MS, WRONG_TOKEN_MS * 2 ** (over - 1)));
    this.#waiting--;
  }
}

/** Digests are of equal length, whatever was sent. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
