import type { Clock, Timer } from '../../base/clock.ts';
import { CHARTS_MS, FRAME_MS } from '../../base/monitor-limits.ts';
import type { RunEvent } from '../../protocol.ts';
import type {
  AgentTopic,
  ChartsMessage,
  FleetMessage,
  Get,
  LimitsMessage,
  LogMessage,
  LogTopic,
  Subscribe,
  Topic,
  Unsubscribe,
} from '../messages.ts';
import { toAgentDetail } from './agent-detail.ts';
import { AgentFollowers } from './agent-followers.ts';
import { Channels, type Subscriber } from './channels.ts';
import { toCharts } from './charts.ts';
import { FleetView } from './fleet-view.ts';
import { LimitsView } from './limits-view.ts';
import { EventFilter } from './log-filter.ts';
import { queryLog } from './log-query.ts';
import { LogView } from './log-view.ts';
import { LoopSamples } from './loop-samples.ts';
import { TalkFeed } from './talk-feed.ts';
import type { Watch } from './watch.ts';

const AGENT_EVENTS = 1_000;
const LOG_EVENTS = 100;
const TOPICS = ['fleet', 'log', 'charts', 'limits', 'agent', 'messages', 'sequence', 'inbox'] as const;

type FleetFrame = Omit<FleetMessage, 'id'>;
type LogFrame = Omit<LogMessage, 'id'>;
type ChartsFrame = Omit<ChartsMessage, 'id'>;
type LimitsFrame = Omit<LimitsMessage, 'id'>;

/**
 * Tells subscribers what they asked for.
 *
 * Contract: works only while somebody is subscribed; frames are made once for all who want the same.
 */
export class Feed {
  readonly #watch: Watch;
  readonly #clock: Clock;
  readonly #encode: (message: object) => string;
  readonly #fleet: Channels<FleetFrame, FleetView>;
  readonly #log: Channels<LogFrame, { view: LogView; changes(): LogFrame | undefined }>;
  readonly #charts: Channels<ChartsFrame, { changes(): ChartsFrame | undefined }>;
  readonly #limits: Channels<LimitsFrame, LimitsView>;
  readonly #followers: AgentFollowers;
  readonly #talk: TalkFeed;
  /** Of logs whose first answer is being made: what has come since it was begun. */
  readonly #opening = new Set<LogView>();
  readonly #loop = new LoopSamples();
  #timer: Timer | undefined;
  #chartsAt = 0;
  /** The first bucket not yet told in full, and how wide buckets were then. */
  #told = { first: 0, widthMs: 0, seq: -1 };

  /** @param clock Real time, and not the run's: what is shown must not change what happens. */
  constructor(watch: Watch, clock: Clock, encode: (message: object) => string) {
    this.#watch = watch;
    this.#clock = clock;
    this.#encode = encode;
    this.#fleet = new Channels(encode, (view, missed) => ({ ...view.all(), missed }));
    this.#log = new Channels(
      encode,
      (_, missed, frame) => ({ ...(frame ?? this.#emptyLog()), missed: (frame?.missed ?? 0) + missed }),
      ({ events, missed = 0 }) => events.length + missed,
    );
    this.#charts = new Channels(encode, () => toCharts(watch, this.#loop.delays));
    this.#limits = new Channels(encode, (view) => view.all());
    this.#followers = new AgentFollowers(encode);
    this.#talk = new TalkFeed(watch, encode);
  }

  /** Takes each event of a live run, after the history has it. */
  take(event: RunEvent): void {
    if (!this.#followers.isEmpty) this.#followers.take(event);
    if (this.#log.size > 0) for (const { view } of this.#log.views()) view.take(event);
    for (const view of this.#opening) view.take(event);
    this.#talk.take(event);
  }

  /** @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN`, `TOO_MANY`. */
  async subscribe(subscriber: Subscriber, { id, ...topic }: Subscribe & { id?: string | number }): Promise<void> {
    this.#watch.advance();
    const mark = id === undefined ? {} : { id };
    switch (topic.topic) {
      case 'fleet': {
        const { groups, states } = topic;
        const view = this.#fleet.subscribe(
          subscriber,
          JSON.stringify([groups, states]),
          () => new FleetView(this.#watch, topic),
        );
        subscriber.send(this.#encode({ ...view.all(), ...mark }));
        break;
      }
      case 'charts':
        this.#charts.subscribe(subscriber, '', () => ({ changes: () => this.#chartsFrame() }));
        subscriber.send(this.#encode({ ...toCharts(this.#watch, this.#loop.delays), ...mark }));
        break;
      case 'limits': {
        const view = this.#limits.subscribe(subscriber, '', () => new LimitsView(this.#watch));
        subscriber.send(this.#encode({ ...view.all(), ...mark }));
        break;
      }
      case 'log':
        await this.#subscribeLog(subscriber, topic, mark);
        break;
      case 'agent':
        await this.#subscribeAgent(subscriber, topic, mark);
        break;
      default:
        await this.#talk.subscribe(subscriber, topic, mark);
    }
    this.#arm();
  }

  async #subscribeLog(subscriber: Subscriber, topic: LogTopic, mark: object): Promise<void> {
    const filter = new EventFilter(this.#watch, topic);
    const meanwhile = new LogView(filter);
    this.#opening.add(meanwhile);
    try {
      const answer = await this.#logAnswer(filter, topic.limit);
      // Whoever has this log already gets what has come: what the view then holds is new to everybody.
      this.#log.flush();
      const { groups, agents, types, failures } = topic;
      this.#log.subscribe(subscriber, JSON.stringify([groups, agents, types, failures]), () => {
        const view = new LogView(filter);
        return { view, changes: () => view.changes(this.#watch.at) };
      });
      subscriber.send(this.#encode({ ...answer, ...mark }));
      const frame = meanwhile.changes(this.#watch.at);
      if (frame !== undefined) subscriber.send(this.#encode(frame));
    } finally {
      this.#opening.delete(meanwhile);
    }
  }

  async #subscribeAgent(subscriber: Subscriber, { agent, limit = AGENT_EVENTS }: AgentTopic, mark: object) {
    const position = this.#watch.positionOf(agent);
    this.#followers.follow(subscriber, agent);
    try {
      const { message, known } = await toAgentDetail(this.#watch, position, { limit });
      subscriber.send(this.#encode({ ...message, ...mark }));
      this.#followers.release(subscriber, agent, known);
    } catch (error) {
      this.#followers.unfollow(subscriber, agent);
      throw error;
    }
  }

  /** Somebody follows the agent in detail. */
  follows(agent: string): boolean {
    return this.#followers.has(agent);
  }

  /** @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN`. */
  async get({ id, at, ...topic }: Get & { id?: string | number }): Promise<string> {
    const mark = id === undefined ? {} : { id };
    return this.#encode({ ...(await this.#answer(topic, at)), ...mark });
  }

  /** Where every agent is. */
  fleet(): Omit<FleetMessage, 'id'> {
    return new FleetView(this.#watch, {}).all();
  }

  /** @returns How many subscriptions ended. */
  unsubscribe(subscriber: Subscriber, { topic, agent }: Pick<Unsubscribe, 'topic' | 'agent'>): number {
    if (topic === 'agent') return this.#followers.unfollow(subscriber, agent);
    if (topic === 'messages' || topic === 'sequence' || topic === 'inbox')
      return this.#talk.unsubscribe(subscriber, topic);
    const channels = { fleet: this.#fleet, log: this.#log, charts: this.#charts, limits: this.#limits }[topic];
    return channels.unsubscribe(subscriber) ? 1 : 0;
  }

  /** Forgets a subscriber. */
  drop(subscriber: Subscriber): void {
    for (const topic of TOPICS) this.unsubscribe(subscriber, { topic });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#loop.stop();
  }

  async #answer(topic: Topic, at: number | undefined): Promise<object> {
    const when = at === undefined ? {} : { at };
    switch (topic.topic) {
      case 'fleet': {
        this.#watch.advance();
        const view = new FleetView(this.#watch, topic);
        return at === undefined ? view.all() : view.allAt(at);
      }
      case 'charts':
        return toCharts(this.#watch, this.#loop.delays, when);
      case 'limits':
        if (at !== undefined) return { type: 'limits', at, spent: [], models: [], budgets: [], more: 0 };
        return new LimitsView(this.#watch).all();
      case 'log':
        return this.#logAnswer(new EventFilter(this.#watch, topic), topic.limit, at);
      case 'agent': {
        const limit = topic.limit ?? AGENT_EVENTS;
        return (await toAgentDetail(this.#watch, this.#watch.positionOf(topic.agent), { limit, ...when })).message;
      }
      default:
        return this.#talk.answer(topic, at);
    }
  }

  async #logAnswer(filter: EventFilter, limit = LOG_EVENTS, at?: number): Promise<LogFrame> {
    return { ...this.#emptyLog(at), events: await queryLog(this.#watch, filter, limit, at) };
  }

  #emptyLog(at = this.#watch.at): LogFrame {
    return { type: 'log', at, events: [] };
  }

  get #isIdle(): boolean {
    const sizes = [this.#fleet, this.#log, this.#charts, this.#limits, this.#talk].map(({ size }) => size);
    return sizes.every((size) => size === 0) && this.#followers.isEmpty;
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#isIdle) return;
    this.#loop.start();
    this.#timer = this.#clock.setTimer(FRAME_MS, this.#tick);
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    if (this.#isIdle) {
      this.#loop.stop();
      return;
    }
    const now = this.#clock.elapsed();
    this.#watch.advance();
    this.#fleet.flush();
    this.#log.flush();
    this.#followers.flush();
    this.#talk.flush();
    this.#loop.take(now, this.#watch.isLive ? this.#watch.at : undefined);
    if (now - this.#chartsAt >= CHARTS_MS) {
      this.#chartsAt = now;
      this.#charts.flush();
      this.#limits.flush();
      this.#talk.flushNumbers();
    }
    this.#timer = this.#clock.setTimer(FRAME_MS, this.#tick);
  };

  /** The buckets that have changed since the last frame. */
  #chartsFrame(): ChartsFrame | undefined {
    const { series, history } = this.#watch;
    if (history.last === this.#told.seq && !this.#watch.isLive) return undefined;
    const first = series.widthMs === this.#told.widthMs ? this.#told.first : 0;
    this.#told = { first: series.length - 1, widthMs: series.widthMs, seq: history.last };
    return toCharts(this.#watch, this.#loop.delays, { first });
  }
}
