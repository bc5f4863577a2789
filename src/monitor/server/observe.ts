import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { toErrorInfo } from '../../base/errors.ts';
import { OBSERVE_BODY_BYTES, OBSERVE_RETRY_AFTER_S, OBSERVE_STREAMS_MAX } from '../../base/monitor-limits.ts';
import { type Accepted, isSettled, type Observing, type Outcome } from '../../sources/outcomes.ts';
import type { Right } from './access.ts';
import { toGuards } from './guards.ts';
import { ObserveClient } from './observe-client.ts';
import { readItem } from './observe-item.ts';
import { readBody, readWait } from './observe-request.ts';
import { ObserveStream } from './observe-stream.ts';

export interface ObserveDeskOptions {
  readonly observing: Observing;
  readonly clock: Clock;
  readonly encode: (value: object) => string;
  /** Asks for the text that models of those agents write. @returns Ends it. */
  watch(watches: (agent: string) => boolean): () => void;
}

type Headers = Readonly<Record<string, string | number>>;

/** By the code of the error with which an item is refused; of any other 500. */
const STATUS: Readonly<Record<string, number>> = {
  SOURCE_FAILED: 400,
  SOURCE_UNKNOWN: 404,
  CONFLICT: 409,
  SOURCE_ENDED: 410,
  SOURCE_UNAVAILABLE: 503,
  STORE_FAILED: 503,
  TOO_MANY: 503,
};

/** Where observations come in by HTTP, and their answers go out: `/observe/NAME` and `/observe/NAME/ID`. */
export class ObserveDesk {
  readonly #options: ObserveDeskOptions;
  readonly #streams = new Set<ObserveStream>();

  readonly #unwatch: () => void;

  constructor(options: ObserveDeskOptions) {
    this.#options = options;
    this.#unwatch = options.watch((agent) => options.observing.isRead(agent));
  }

  /** A client of `/ws` that pushes. */
  openClient(send: (message: object) => void): ObserveClient {
    return new ObserveClient(this.#options.observing, send);
  }

  /** Answers a request that has been let in. Rejects only if the client has gone. */
  readonly answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    right: Right,
  ): Promise<void> => {
    const place = toPlace(url.pathname);
    const { names } = this.#options.observing;
    if (place === undefined || !names.includes(place.source)) {
      const name = place === undefined ? '' : ` "${place.source.slice(0, 100)}"`;
      this.#refuse(response, 404, 'SOURCE_UNKNOWN', `There is no source${name}: there are ${names.join(', ')}`);
    } else if (place.id === undefined) {
      if (request.method === 'POST') await this.#push(request, response, place.source, right);
      else this.#refuse(response, 405, 'BAD_MESSAGE', 'Only POST', { allow: 'POST' });
    } else if (request.method === 'GET' || request.method === 'HEAD') {
      this.#tell(request, response, { source: place.source, id: place.id, user: url.searchParams.get('user') });
    } else this.#refuse(response, 405, 'BAD_MESSAGE', 'Only GET and HEAD', { allow: 'GET, HEAD' });
  };

  /** Ends all streams. */
  stop(): void {
    this.#unwatch();
    for (const stream of this.#streams) stream.end();
  }

  async #push(request: IncomingMessage, response: ServerResponse, source: string, right: Right): Promise<void> {
    if (right !== 'control') {
      const how = 'start troupe with --monitor-control, and use the token of the address that it prints then';
      return this.#refuse(response, 403, 'FORBIDDEN', `Cannot push to source "${source}": ${how}`);
    }
    const body = await readBody(request);
    if (body === undefined) {
      return this.#refuse(response, 413, 'BAD_MESSAGE', `Cannot read the item: it is over ${OBSERVE_BODY_BYTES} bytes`);
    }
    const read = readItem(body, request.headers);
    if (!read.ok) return this.#refuse(response, read.status, 'BAD_MESSAGE', read.problem);
    let accepted: Accepted;
    try {
      accepted = await this.#options.observing.observe(source, read.item);
    } catch (error) {
      const { code, message } = toErrorInfo(error);
      return this.#refuse(response, STATUS[code] ?? 500, code, message);
    }
    const waitS = readWait(request);
    const outcome = waitS === undefined ? accepted.outcome : await this.#settled(response, accepted, waitS);
    this.#accept(response, { ...accepted, outcome }, waitS);
  }

  /** As the item stands when it is settled, or after so long, or when the client has gone. */
  #settled(response: ServerResponse, { outcome }: Accepted, waitS: number): Promise<Outcome> {
    const { observing, clock } = this.#options;
    if (response.destroyed || isSettled(outcome.status)) return Promise.resolve(outcome);
    return new Promise((resolve) => {
      let last = outcome;
      let isOver = false;
      const end = (): void => {
        isOver = true;
        timer.cancel();
        response.off('close', end);
        forget();
        resolve(last);
      };
      const timer = clock.setTimer(waitS * 1_000, end);
      response.on('close', end);
      let forget = (): void => {};
      forget = observing.follow(outcome.id, {
        changed: (now) => {
          last = now;
          if (!isOver && isSettled(now.status)) end();
        },
      });
      if (isOver) forget();
    });
  }

  #accept(response: ServerResponse, { outcome, user }: Accepted, waitS: number | undefined): void {
    const path = `/observe/${encodeURIComponent(outcome.source)}/${encodeURIComponent(outcome.id)}`;
    const result = user === undefined ? path : `${path}?user=${encodeURIComponent(user)}`;
    const waited = waitS === undefined ? {} : { 'preference-applied': `wait=${waitS}` };
    const status = isSettled(outcome.status) ? 200 : 202;
    this.#say(response, status, { ...outcome, result }, { ...waited, location: result });
  }

  #tell(
    request: IncomingMessage,
    response: ServerResponse,
    { source, id, user }: { readonly source: string; readonly id: string; readonly user: string | null },
  ): void {
    const outcome = this.#options.observing.find(source, id, user ?? undefined);
    const about = `Cannot tell the outcome of "${id.slice(0, 200)}"`;
    if (outcome === undefined) {
      this.#refuse(response, 404, 'OUTCOME_UNKNOWN', `${about}: there is none, or it is of another user (?user=)`);
    } else if (outcome === 'gone') {
      this.#refuse(response, 410, 'OUTCOME_GONE', `${about}: it is not kept any more`);
    } else if (request.method === 'GET' && /\btext\/event-stream\b/i.test(request.headers.accept ?? '')) {
      this.#stream(response, id);
    } else this.#say(response, 200, outcome);
  }

  #stream(response: ServerResponse, id: string): void {
    if (this.#streams.size >= OBSERVE_STREAMS_MAX) {
      const message = `Cannot open another stream: ${OBSERVE_STREAMS_MAX} are open; try again later`;
      this.#refuse(response, 503, 'TOO_MANY', message);
      return;
    }
    const { observing, clock, encode } = this.#options;
    const stream = new ObserveStream(response, { observing, id, clock, encode });
    this.#streams.add(stream);
    response.once('close', () => this.#streams.delete(stream));
  }

  #refuse(response: ServerResponse, status: number, code: string, message: string, headers: Headers = {}): void {
    const later = status === 503 ? { 'retry-after': OBSERVE_RETRY_AFTER_S } : {};
    this.#say(response, status, { error: { code, message } }, { ...later, ...headers });
  }

  #say(response: ServerResponse, status: number, value: object, headers: Headers = {}): void {
    if (response.destroyed) return;
    const body = `${this.#options.encode(value)}\n`;
    const about = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) };
    response.writeHead(status, { ...toGuards(), ...about, 'cache-control': 'no-store', ...headers }).end(body);
  }
}

/** Undefined: no address of a source or an item. */
function toPlace(path: string): { readonly source: string; readonly id?: string } | undefined {
  try {
    const [, , source = '', id, ...rest] = path.split('/').map(decodeURIComponent);
    if (source === '' || rest.length > 0) return undefined;
    return id === undefined ? { source } : { source, id };
  } catch {
    return undefined;
  }
}
