import type { Clock } from '../../base/clock.ts';
import { MCP_MESSAGE_MAX_CHARS } from '../../base/limits.ts';

/** What has been read of a stream has reached the client by then, in milliseconds. */
const SETTLE_MS = 50;
/** Enough to see the end of an event, or the beginning of a line, that two chunks share. */
const OVERLAP_CHARS = 4;
/** A line of an event that says where the stream can be taken up again. */
const EVENT_ID = /(^|\n)id:/;
const TOO_LONG = `the answer is longer than ${MCP_MESSAGE_MAX_CHARS} bytes`;

interface Exchange {
  /** Of the request; undefined: it is none. */
  readonly id: number | undefined;
  readonly abort: AbortController;
  isAnswered: boolean;
  /** Ends its stream of events, with this error for whoever waits for the answer. */
  finish: ((error?: string) => void) | undefined;
}

/**
 * The `fetch` for a client of streamable HTTP, which looks after what the client itself does not: an answer is bounded; a
 * call that was cancelled gives its connection back; and a call whose stream of events ends before its answer fails at once,
 * unless the stream can be taken up again, which the client does.
 */
export class AnswerStreams {
  readonly #clock: Clock;
  readonly #open = new Set<Exchange>();

  /** @param clock Of real time. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer to a request has reached the client. */
  answered(id: unknown): void {
    for (const exchange of this.#open) if (exchange.id === id) exchange.isAnswered = true;
  }

  close(): void {
    for (const { abort } of this.#open) abort.abort();
    this.#open.clear();
  }

  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { id, cancels } = readMessage(init);
    const exchange: Exchange = { id, abort: new AbortController(), isAnswered: false, finish: undefined };
    this.#open.add(exchange);
    if (cancels !== undefined) this.#cancel(cancels);
    try {
      const response = await fetch(url, { ...init, signal: exchange.abort.signal });
      const body = response.body === null ? null : this.#watch(response.body, exchange, isEventStream(response));
      if (body === null) this.#open.delete(exchange);
      const { status, statusText, headers } = response;
      return new Response(body, { status, statusText, headers });
    } catch (error) {
      this.#open.delete(exchange);
      throw error;
    }
  };

  #cancel(id: number): void {
    for (const exchange of this.#open) {
      if (exchange.id !== id) continue;
      if (exchange.finish === undefined) exchange.abort.abort();
      else exchange.finish();
    }
  }

  #watch(body: ReadableStream<Uint8Array>, exchange: Exchange, isEvents: boolean): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    const meter = new Meter(isEvents);
    const { id } = exchange;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        if (!isEvents || id === undefined) return;
        exchange.finish = (error) => {
          if (!this.#open.delete(exchange)) return;
          controller.enqueue(lastEvents(id, error));
          controller.close();
          exchange.abort.abort();
        };
      },
      pull: async (controller) => {
        const { value, error } = await read(reader);
        if (!this.#open.has(exchange)) {
          // Without effect on one that was finished.
          controller.error(error);
        } else if (value === undefined) {
          await this.#end(exchange, meter, controller, error);
        } else if (meter.add(value)) {
          controller.enqueue(value);
          // A server that floods us with events gets its share of the event loop and no more.
          await new Promise<void>((resolve) => this.#clock.defer(resolve));
        } else if (exchange.finish !== undefined) {
          exchange.finish(TOO_LONG);
        } else {
          this.#open.delete(exchange);
          controller.error(new Error(TOO_LONG));
          exchange.abort.abort();
        }
      },
      cancel: (reason) => {
        this.#open.delete(exchange);
        return reader.cancel(reason);
      },
    });
  }

  async #end(exchange: Exchange, meter: Meter, controller: Controller, error: unknown): Promise<void> {
    if (exchange.finish !== undefined) {
      await this.#clock.sleep(SETTLE_MS);
      if (exchange.isAnswered) exchange.finish();
      else if (!meter.isResumable) exchange.finish('the server ended the call without an answer');
    }
    if (!this.#open.delete(exchange)) return;
    if (error === undefined) controller.close();
    else controller.error(error);
  }
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** @returns No value at the end; an error if it came too early. */
async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<{ value?: Uint8Array; error?: unknown }> {
  try {
    const { value } = await reader.read();
    return value === undefined ? {} : { value };
  } catch (error) {
    return { error };
  }
}

/** Measures a body: as a whole, or by its events. */
class Meter {
  readonly #isEvents: boolean;
  #bytes = 0;
  #overlap = '';
  /** An event had an id. */
  isResumable = false;

  constructor(isEvents: boolean) {
    this.#isEvents = isEvents;
  }

  /** @returns False: it is too long. */
  add(chunk: Uint8Array): boolean {
    this.#bytes += chunk.byteLength;
    if (this.#isEvents) {
      const text = this.#overlap + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      this.isResumable ||= EVENT_ID.test(text);
      const end = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n'));
      if (end !== -1) this.#bytes = text.length - end;
      this.#overlap = text.slice(-OVERLAP_CHARS);
    }
    return this.#bytes <= MCP_MESSAGE_MAX_CHARS;
  }
}

/** An empty result comes last: only after a result does the client not try to take up the stream again. */
function lastEvents(id: number, error: string | undefined): Uint8Array {
  const failed = error === undefined ? [] : [{ jsonrpc: '2.0', id, error: { code: -32_000, message: error } }];
  const messages = [...failed, { jsonrpc: '2.0', id, result: {} }];
  return Buffer.from(`\n\n${messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join('')}`);
}

function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.toLowerCase().startsWith('text/event-stream') ?? false;
}

/** What the client posts: a request's id, or the id of the request that it cancels. */
function readMessage({ method, body }: RequestInit): { id?: number; cancels?: number } {
  if (method !== 'POST' || typeof body !== 'string') return {};
  const message = JSON.parse(body) as { id?: unknown; method?: unknown; params?: { requestId?: unknown } };
  const { id, params } = message;
  if (message.method === 'notifications/cancelled' && typeof params?.requestId === 'number') {
    return { cancels: params.requestId };
  }
  return typeof id === 'number' && message.method !== undefined ? { id } : {};
}
