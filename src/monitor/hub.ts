import type { Clock } from '../base/clock.ts';
import { createRedactor } from '../base/redact.ts';
import type { RunEvent, RunSummary } from '../protocol.ts';
import { Feed } from './feed/feed.ts';
import { Watch } from './feed/watch.ts';
import type { History } from './history/history.ts';
import type { RunMessage, WelcomeMessage } from './messages.ts';
import type { Right } from './server/access.ts';
import { Client } from './server/client.ts';
import type { ObserveDesk } from './server/observe.ts';
import { Outbox } from './server/outbox.ts';
import type { WebSocket } from './server/web-socket.ts';
import type { MonitorSource } from './source.ts';
import { Inspector } from './stately/inspector.ts';
import { PROTOCOL } from './states.ts';

/** Everybody who watches a run, and what they are told. */
export class Hub {
  readonly #source: MonitorSource;
  readonly #clock: Clock;
  readonly #version: string;
  readonly #redact = createRedactor();
  readonly #watch: Watch;
  readonly #feed: Feed;
  readonly #inspector: Inspector;
  readonly #clients = new Set<Outbox>();
  readonly #forget: () => void = () => undefined;

  /** @param history Hears of each event before this does. */
  constructor(source: MonitorSource, history: History, { clock, version }: { clock: Clock; version: string }) {
    this.#source = source;
    this.#clock = clock;
    this.#version = version;
    this.#watch = new Watch(source, history);
    this.#feed = new Feed(this.#watch, clock, this.#encode);
    this.#inspector = new Inspector(this.#watch, clock, this.#encode);
    const { live } = source;
    if (live === undefined) return;
    const endings = [live.subscribe(this.#take), live.watch((agent) => this.#feed.follows(agent))];
    this.#forget = () => {
      for (const end of endings) end();
    };
  }

  /** A client of `/ws`. @param desk Takes what it pushes. Absent: nothing can be pushed into the run. */
  readonly connect = (socket: WebSocket, right: Right, _url?: URL, desk?: Pick<ObserveDesk, 'openClient'>): void => {
    const outbox = new Outbox(socket, this.#clock);
    const observer = desk?.openClient((message) => outbox.send(this.#encode(message)));
    const client = new Client({
      ...(observer && { observer }),
      outbox,
      feed: this.#feed,
      right,
      encode: this.#encode,
      obey: () => (this.#watch.isLive ? this.#source.live?.send : undefined),
      close: (reason) => socket.close(1008, reason),
    });
    this.#clients.add(outbox);
    socket.on('message', (data, isBinary) => client.take(isBinary ? '' : String(data)));
    socket.on('error', leave);
    socket.on('close', () => {
      this.#clients.delete(outbox);
      client.close();
    });
    outbox.send(this.#encode(this.#toWelcome(right)));
  };

  /** A client of `/inspect`; `?agent=` and `?group=`, each as often as wanted, narrow what it sees. */
  readonly inspect = (socket: WebSocket, _right: Right, url: URL): void => {
    const outbox = new Outbox(socket, this.#clock);
    socket.on('error', leave);
    socket.on('close', () => {
      this.#inspector.remove(outbox);
      outbox.stop();
    });
    try {
      const agents = url.searchParams.getAll('agent');
      this.#inspector.add(outbox, { agents, groups: url.searchParams.getAll('group') });
    } catch (error) {
      socket.close(1008, toReason(error as Error));
    }
  };

  /** The run's numbers are there. */
  finish(summary: RunSummary): void {
    this.#watch.finish(summary);
    this.#tellRun();
  }

  stop(): void {
    this.#forget();
    this.#feed.stop();
    this.#watch.history.onChunk = undefined;
  }

  readonly #encode = (message: object): string => this.#redact(JSON.stringify(message));

  readonly #take = (event: RunEvent): void => {
    this.#feed.take(event);
    this.#inspector.take(event);
    if (this.#watch.take(event)) this.#tellRun();
  };

  #tellRun(): void {
    const message: RunMessage = { type: 'run', at: this.#watch.at, run: this.#watch.info() };
    const text = this.#encode(message);
    for (const client of this.#clients) client.send(text);
  }

  #toWelcome(right: Right): WelcomeMessage {
    this.#watch.advance();
    const { groups, at, isLive } = this.#watch;
    return {
      type: 'welcome',
      protocol: PROTOCOL,
      version: this.#version,
      control: right === 'control' && isLive,
      run: this.#watch.info(),
      groups,
      machines: this.#source.machines,
      at,
      states: this.#feed.fleet().states,
    };
  }
}

/** The socket itself tells the client what it has done wrong, and closes. */
function leave(): void {}

/** A reason has at most 123 bytes. */
function toReason({ message }: Error): string {
  return message.replace(/[^ -~]/g, '?').slice(0, 123);
}
