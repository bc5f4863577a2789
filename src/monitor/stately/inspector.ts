import type { Clock, Timer } from '../../base/clock.ts';
import { INSPECTED_AGENTS_MAX } from '../../base/monitor-limits.ts';
import type { InspectionStep, Json, RunEvent } from '../../protocol.ts';
import type { Subscriber } from '../feed/channels.ts';
import type { Watch } from '../feed/watch.ts';
import { AGENT_STATES } from '../states.ts';
import {
  type InspectedSnapshot,
  type InspectionMessage,
  InspectionMessages,
  toInspectedSnapshot,
  toSettled,
} from './inspection-messages.ts';

/** Between two tries to go on with a client that has not read what it got. */
const RETRY_MS = 50;

interface Inspecting {
  /** Those it has been told of, with their session ids. */
  readonly announced: Map<string, string>;
  /** Those it is still to be told of. */
  readonly waiting: Set<string>;
  /** Those of whom it has missed a step. */
  readonly behind: Set<string>;
  /** Calls under way that it has been told of. */
  readonly calls: Set<string>;
  retry: Timer | undefined;
}

/**
 * Tells clients of `/inspect` what the state machines of chosen agents do, as `@statelyai/inspect` would.
 *
 * Contract: nothing is attached to agents nobody inspects. A client that reads too slowly misses steps; when it has read,
 * it gets where the agents are by then.
 */
export class Inspector {
  readonly #watch: Watch;
  readonly #clock: Clock;
  readonly #encode: (message: object) => string;
  readonly #messages: InspectionMessages;
  readonly #definition: string;
  readonly #clients = new Map<Subscriber, Inspecting>();
  /** The turn of each agent's last calls: when one settles, its machine may be in the next turn already. */
  readonly #turns = new Map<string, number>();
  #detach: (() => void) | undefined;

  constructor(watch: Watch, clock: Clock, encode: (message: object) => string) {
    this.#watch = watch;
    this.#clock = clock;
    this.#encode = encode;
    this.#messages = new InspectionMessages(() => clock.now());
    this.#definition = JSON.stringify(watch.source.machines.agent ?? { id: 'agent' });
  }

  /**
   * @param filter The agents and groups named; neither: all of the run. The first `INSPECTED_AGENTS_MAX` of them.
   * @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN`.
   */
  add(client: Subscriber, filter: { readonly agents: readonly string[]; readonly groups: readonly string[] }): void {
    const waiting = new Set(this.#choose(filter));
    const nothing = { announced: new Map(), behind: new Set<string>(), calls: new Set<string>(), retry: undefined };
    this.#clients.set(client, { ...nothing, waiting });
    const { live } = this.#watch.source;
    if (live !== undefined && this.#detach === undefined) this.#detach = live.inspect(this.#isInspected, this.#step);
    this.#catchUp(client);
  }

  remove(client: Subscriber): void {
    this.#clients.get(client)?.retry?.cancel();
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#turns.clear();
    this.#detach?.();
    this.#detach = undefined;
  }

  /** Takes each event of a live run, for its calls, which are actors of their own. */
  take(event: RunEvent): void {
    if (this.#clients.size === 0) return;
    if (event.type === 'tool.started') {
      const { agent, turn, call } = event;
      const sessionId = toCallId(agent, turn, call.id);
      this.#turns.set(agent, turn);
      this.#tell(
        agent,
        (rootId) => this.#messages.call({ sessionId, rootId }, call.name, call.args),
        ({ calls }) => calls.add(sessionId),
      );
    } else if (event.type === 'tool.finished') {
      const { agent, turn, result } = event;
      const sessionId = toCallId(agent, turn, result.callId);
      const settled = { type: 'settled' };
      this.#tell(
        agent,
        (rootId) => this.#messages.snapshot({ sessionId, rootId }, settled, toSettled(result.content, result.isError)),
        ({ calls }) => calls.delete(sessionId),
      );
    }
  }

  #choose({ agents, groups }: { agents: readonly string[]; groups: readonly string[] }): string[] {
    const { specs } = this.#watch.source;
    for (const agent of agents) this.#watch.positionOf(agent);
    const places = this.#watch.groupPlaces(groups);
    const all = agents.length === 0 && groups.length === 0;
    const named = new Set(agents);
    const chosen = specs.filter(
      ({ id }, position) => all || named.has(id) || places.has(this.#watch.groupOf[position] ?? -1),
    );
    return chosen.slice(0, INSPECTED_AGENTS_MAX).map(({ id }) => id);
  }

  readonly #isInspected = (agent: string): boolean => {
    for (const { announced, waiting } of this.#clients.values()) {
      if (announced.has(agent) || waiting.has(agent)) return true;
    }
    return false;
  };

  readonly #step = ({ agent, event, view }: InspectionStep): void => {
    const data = JSON.parse(JSON.stringify(event)) as Json;
    const source = sourceOf(agent, this.#turns.get(agent), data);
    const snapshot = toInspectedSnapshot(view);
    for (const [client, inspecting] of this.#clients) {
      if (!inspecting.waiting.has(agent)) continue;
      if (client.hasRoom()) this.#announce(client, inspecting, agent);
      else this.#retry(client, inspecting);
    }
    this.#tell(agent, (rootId) => this.#messages.event({ sessionId: rootId, rootId }, data, source));
    this.#tell(agent, (rootId) => this.#messages.snapshot({ sessionId: rootId, rootId }, data, snapshot));
  };

  /** Those who have been told of the agent, and whom it `concerns`. Default: all of them. */
  #tell(
    agent: string,
    toMessage: (rootId: string) => InspectionMessage,
    concerns: (inspecting: Inspecting) => unknown = () => true,
  ): void {
    let text: string | undefined;
    for (const [client, inspecting] of this.#clients) {
      const rootId = inspecting.announced.get(agent);
      if (rootId === undefined) continue;
      if (!client.hasRoom()) {
        inspecting.behind.add(agent);
        this.#retry(client, inspecting);
      } else if (concerns(inspecting)) {
        text ??= this.#encode(toMessage(rootId));
        client.send(text);
      }
    }
  }

  /** A client first gets each agent's machine and where it is; as fast as it reads. Those not yet started wait. */
  #catchUp(client: Subscriber): void {
    const inspecting = this.#clients.get(client);
    if (inspecting === undefined) return;
    inspecting.retry = undefined;
    for (const agent of inspecting.waiting) {
      if (!client.hasRoom()) {
        this.#retry(client, inspecting);
        return;
      }
      this.#announce(client, inspecting, agent);
    }
    for (const agent of inspecting.behind) {
      if (!client.hasRoom()) {
        this.#retry(client, inspecting);
        return;
      }
      inspecting.behind.delete(agent);
      const rootId = inspecting.announced.get(agent);
      const snapshot = this.#snapshotOf(agent);
      if (rootId === undefined || snapshot === undefined) continue;
      const message = this.#messages.snapshot({ sessionId: rootId, rootId }, { type: 'missed' }, snapshot);
      client.send(this.#encode(message));
    }
  }

  #retry(client: Subscriber, inspecting: Inspecting): void {
    inspecting.retry ??= this.#clock.setTimer(RETRY_MS, () => this.#catchUp(client));
  }

  #announce(client: Subscriber, inspecting: Inspecting, agent: string): void {
    const snapshot = this.#snapshotOf(agent);
    if (snapshot === undefined) return;
    const sessionId = `${agent}/${this.#watch.source.live?.view(agent)?.sessionId ?? 'ended'}`;
    inspecting.waiting.delete(agent);
    inspecting.announced.set(agent, sessionId);
    const message = this.#messages.agent({ sessionId, rootId: sessionId }, agent, this.#definition, snapshot);
    client.send(this.#encode(message));
  }

  /** Of an agent that is not running, what its events have led to; undefined if it has not started. */
  #snapshotOf(agent: string): InspectedSnapshot | undefined {
    const view = this.#watch.source.live?.view(agent);
    if (view !== undefined) return toInspectedSnapshot(view);
    this.#watch.advance();
    const state = AGENT_STATES[this.#watch.fold.states[this.#watch.positionOf(agent)] ?? 0] ?? 'unstarted';
    if (state === 'unstarted') return undefined;
    return { status: state === 'failed' || state === 'done' ? 'done' : 'stopped', value: state };
  }
}

function toCallId(agent: string, turn: number, call: string): string {
  return `${agent}/${turn}/${call}`;
}

/** A settled call is where its event comes from. */
function sourceOf(agent: string, turn: number | undefined, event: Json): string | undefined {
  const { type, output } = event as { type?: string; output?: { result?: { callId?: string } } };
  const call = output?.result?.callId;
  if (type !== 'xstate.done.actor.tool' || call === undefined || turn === undefined) return undefined;
  return toCallId(agent, turn, call);
}
