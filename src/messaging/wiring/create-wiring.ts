import type { AgentSpec, BlackboardSpec, Message, WiringSpec } from '../../protocol.ts';
import { createAllToAll } from './all-to-all.ts';
import { createFanOut } from './fan-out.ts';
import { createModerator } from './moderator.ts';
import { createPipeline } from './pipeline.ts';
import { createRing } from './ring.ts';
import type { Delivery, Loss, Membership, Topology, WiredAnswer, WiringContext } from './topology.ts';

/** To whom replies go by themselves. */
export interface Wiring {
  /** Replies of its members may go somewhere. */
  isWired(group: string): boolean;
  /** @returns The messages that an answer leads to, in the order in which they are sent. */
  answered(answer: WiredAnswer, context: WiringContext): readonly Delivery[];
  /** @returns What those get who wait for the answer to an observation that will not be answered. */
  lost(loss: Loss, context: WiringContext): readonly Delivery[];
  /** The same for one who has ended before it has taken all of its own list. @param taken How much of it. */
  left(agent: string, taken: number, context: WiringContext): readonly Delivery[];
}

/**
 * All of a scenario's wiring.
 *
 * A reply to what came from outside goes into each wiring of its group; if some of these have rounds, into those alone. What
 * comes out of a wiring goes into the others in the same way, into each once in a chain, so that no chain is without end.
 *
 * @param agents All there are, those that have ended too.
 */
export function createWiring(
  specs: readonly WiringSpec[],
  agents: readonly Pick<AgentSpec, 'id' | 'group' | 'items'>[],
): Wiring {
  const membership = toMembership(agents);
  const names = new Set<string>();
  const topologies = specs.flatMap((spec) => {
    if (spec.kind === 'blackboard') return [];
    const wire = toWire(spec, names);
    names.add(wire);
    return [createTopology(wire, spec, membership)];
  });
  const byWire = new Map(topologies.map((topology) => [topology.wire, topology]));
  const wired = new Set(topologies.flatMap(({ groups }) => [...groups]));

  const begin = (answer: WiredAnswer, before: readonly string[], context: WiringContext): Delivery[] => {
    const begun = topologies.flatMap((topology) => {
      if (before.includes(topology.wire)) return [];
      const deliveries = topology.begin(answer, context);
      return deliveries === undefined ? [] : [{ topology, deliveries }];
    });
    const rounds = begun.filter(({ topology }) => topology.hasRounds);
    return (rounds.length > 0 ? rounds : begun).flatMap(({ deliveries }) => withBefore(deliveries, before));
  };

  return {
    isWired: (group) => wired.has(group),
    answered(answer, context) {
      const { cause } = answer;
      const before = cause?.way?.before ?? [];
      const topology = byWire.get(cause?.wire ?? '');
      if (cause === undefined || topology === undefined) return begin(answer, before, context);
      const deliveries = topology.goOn(answer, cause, context);
      return deliveries === undefined
        ? begin(answer, [...before, topology.wire], context)
        : withBefore(deliveries, before);
    },
    lost(loss, context) {
      const { cause } = loss;
      const before = cause?.way?.before ?? [];
      const topology = byWire.get(cause?.wire ?? '');
      const own = topology?.lose(loss, context) ?? [];
      if (own.length > 0 || cause?.way?.gather !== undefined) return withBefore(own, before);
      const past = topology === undefined ? before : [...before, topology.wire];
      const others = topologies.filter((other) => other !== topology && !past.includes(other.wire));
      return others.flatMap((other) => withBefore(other.lose({ ...loss, cause: toForeign(cause) }, context), past));
    },
    left(agent, taken, context) {
      const deliveries: Delivery[] = [];
      for (let item = taken + 1; item <= membership.itemsOf(agent); item++) {
        const loss = { agent, taken: item, cause: undefined, reason: 'it has ended' };
        for (const topology of topologies) deliveries.push(...topology.lose(loss, context));
      }
      return deliveries;
    },
  };
}

/** A message of one wiring as the others see it. */
function toForeign(cause: Message | undefined): Message | undefined {
  if (cause?.way === undefined) return cause;
  const { way, ...foreign } = cause;
  return way.isShared === true ? { ...foreign, way: { isShared: true } } : foreign;
}

function withBefore(deliveries: readonly Delivery[], before: readonly string[]): readonly Delivery[] {
  if (before.length === 0) return deliveries;
  return deliveries.map((delivery) => ({ ...delivery, way: { ...delivery.way, before } }));
}

function toMembership(agents: readonly Pick<AgentSpec, 'id' | 'group' | 'items'>[]): Membership {
  const groups = new Map<string, string[]>();
  const items = new Map<string, number>();
  for (const { id, group, items: own } of agents) {
    const members = groups.get(group.name);
    if (members === undefined) groups.set(group.name, [id]);
    else members.push(id);
    if (own.length > 0) items.set(id, own.length);
  }
  return { members: (group) => groups.get(group) ?? [], itemsOf: (agent) => items.get(agent) ?? 0 };
}

type TopologySpec = Exclude<WiringSpec, BlackboardSpec>;

/** Of a second one of the same kind and group, with a number. */
function toWire(spec: TopologySpec, names: ReadonlySet<string>): string {
  const head = spec.kind === 'pipeline' ? spec.groups[0] : spec.kind === 'fan-out' ? spec.from : spec.group;
  const name = `${spec.kind.replaceAll('-', '_')}:${head ?? ''}`;
  let wire = name;
  for (let count = 2; names.has(wire); count++) wire = `${name}~${count}`;
  return wire;
}

function createTopology(wire: string, spec: TopologySpec, membership: Membership): Topology {
  switch (spec.kind) {
    case 'pipeline':
      return createPipeline(wire, spec, membership);
    case 'fan-out':
      return createFanOut(wire, spec, membership);
    case 'ring':
      return createRing(wire, spec, membership);
    case 'all-to-all':
      return createAllToAll(wire, spec, membership);
    case 'moderator':
      return createModerator(wire, spec, membership);
  }
}
