import { TroupeError } from '../../base/errors.ts';
import { CLIENT_AGENTS_MAX } from '../../base/monitor-limits.ts';
import type { RunEvent } from '../../protocol.ts';
import type { EventsMessage } from '../messages.ts';
import type { Subscriber } from './channels.ts';

/** A subscriber of one agent's events. */
interface Follower {
  /** Events that came while its answer was being made; undefined once it has gone out. */
  held: RunEvent[] | undefined;
  missed: number;
}

/** More than this comes only from an agent that runs away while its journal is read. */
const HELD_MAX = 5_000;
/** A journal's times are those of the records, taken just before the events'. */
const SAME_MS = 5;

/** Who follows which agents: their events go out as they happen. */
export class AgentFollowers {
  readonly #byAgent = new Map<string, Map<Subscriber, Follower>>();
  readonly #encode: (message: object) => string;

  constructor(encode: (message: object) => string) {
    this.#encode = encode;
  }

  /** Nobody follows anybody. */
  get isEmpty(): boolean {
    return this.#byAgent.size === 0;
  }

  has(agent: string): boolean {
    return this.#byAgent.has(agent);
  }

  /** Begins to hold an agent's events for a subscriber. @throws {TroupeError} `TOO_MANY`. */
  follow(subscriber: Subscriber, agent: string): void {
    let following = 0;
    for (const followers of this.#byAgent.values()) if (followers.has(subscriber)) following++;
    const followers = this.#byAgent.get(agent) ?? new Map<Subscriber, Follower>();
    if (following >= CLIENT_AGENTS_MAX && !followers.has(subscriber)) {
      throw new TroupeError(
        'TOO_MANY',
        `Cannot follow "${agent}": ${CLIENT_AGENTS_MAX} agents are followed already; unsubscribe some`,
      );
    }
    this.#byAgent.set(agent, followers);
    followers.set(subscriber, { held: [], missed: 0 });
  }

  /** The answer has gone out; `known` is what its journal told. What came meanwhile follows, and then each event. */
  release(subscriber: Subscriber, agent: string, known: readonly RunEvent[]): void {
    const follower = this.#byAgent.get(agent)?.get(subscriber);
    if (follower?.held === undefined) return;
    const since = (follower.held[0]?.at ?? 0) - SAME_MS;
    const recent = known.filter((event) => event.at >= since);
    const held = follower.held.filter((event) => !recent.some((other) => isSame(event, other)));
    follower.held = undefined;
    if (held.length > 0) this.#send(subscriber, follower, agent, held);
  }

  /** @param agent Default: every agent it follows. @returns How many it followed. */
  unfollow(subscriber: Subscriber, agent?: string): number {
    let ended = 0;
    for (const [id, followers] of this.#byAgent) {
      if ((agent !== undefined && id !== agent) || !followers.delete(subscriber)) continue;
      ended++;
      if (followers.size === 0) this.#byAgent.delete(id);
    }
    return ended;
  }

  take(event: RunEvent): void {
    const followers = 'agent' in event ? this.#byAgent.get(event.agent) : undefined;
    if (followers === undefined || !('agent' in event)) return;
    for (const [subscriber, follower] of followers) {
      if (follower.held === undefined) this.#send(subscriber, follower, event.agent, [event]);
      else if (follower.held.length < HELD_MAX) follower.held.push(event);
      else follower.missed++;
    }
  }

  /** Tells those who have missed events and can read again, so that an agent's last ones are not lost unnoticed. */
  flush(): void {
    for (const [agent, followers] of this.#byAgent) {
      for (const [subscriber, follower] of followers) {
        if (follower.missed > 0 && follower.held === undefined) this.#send(subscriber, follower, agent, []);
      }
    }
  }

  #send(subscriber: Subscriber, follower: Follower, agent: string, events: readonly RunEvent[]): void {
    if (!subscriber.hasRoom()) {
      follower.missed += events.length;
      return;
    }
    const { missed } = follower;
    follower.missed = 0;
    const message: EventsMessage = { type: 'events', agent, events, ...(missed > 0 && { missed }) };
    subscriber.send(this.#encode(message));
  }
}

function isSame(event: RunEvent, other: RunEvent): boolean {
  if (event.type !== other.type || Math.abs(event.at - other.at) > SAME_MS) return false;
  if ('turn' in event && 'turn' in other && event.turn !== other.turn) return false;
  if (event.type === 'tool.started' && other.type === 'tool.started') return event.call.id === other.call.id;
  if (event.type === 'tool.finished' && other.type === 'tool.finished')
    return event.result.callId === other.result.callId;
  return true;
}
