import type { AllToAllSpec, Message } from '../../protocol.ts';
import {
  baseOf,
  type Delivery,
  ENDED,
  groupOf,
  indexOf,
  type Membership,
  type Topology,
  type WiredAnswer,
  type WiringContext,
} from './topology.ts';

/** One round: who speaks in it, and what it belongs to. */
interface Round {
  readonly round: number;
  readonly speakers: readonly string[];
  readonly origin: string;
  /** Who alone began; undefined: all members at once. */
  readonly by?: string | undefined;
}

/**
 * In each round every member gets, as one message, what all others have said.
 *
 * What all members are asked, they begin with together: the same entry of their own lists, a topic that all have, what was
 * fanned out to them. What only one is asked, he begins with alone.
 */
export function createAllToAll(wire: string, { group, rounds }: AllToAllSpec, membership: Membership): Topology {
  const all = (): readonly string[] => membership.members(group);

  const toFirst = ({ agent, taken, cause }: Pick<WiredAnswer, 'agent' | 'taken' | 'cause'>, alone: string): Round => {
    const shared = cause === undefined ? `item ${taken}` : toShared(agent, cause);
    const asked = all().filter((member) =>
      cause === undefined ? membership.itemsOf(member) >= taken : member !== cause.from,
    );
    if (shared === undefined || asked.length < 2) return { round: 1, speakers: [agent], origin: alone, by: agent };
    return { round: 1, speakers: asked, origin: shared };
  };

  const toNext = ({ round = 1, way: { origin = '', by } = {} }: Message): Round => {
    return { round: round + 1, speakers: speakersAfter(round, by, all()), origin, by };
  };

  /** To each of the others the same: `ended` for those who have ended, and then what is said. */
  const send = (from: string, body: string, place: Round, context: WiringContext, id?: string): Delivery[] => {
    const { round, speakers, origin, by } = place;
    const way = by === undefined ? { origin } : { origin, by };
    const gone = speakers.filter((member) => member !== from && !context.isAlive(member));
    return all().flatMap((to): Delivery[] => {
      if (to === from || !context.isAlive(to)) return [];
      const of = speakers.length - (speakers.includes(to) ? 1 : 0);
      const batch = `${wire} ${origin} ${round}>${to}`;
      const common = { to, wire, round, way };
      // Nobody waits for it: what one alone says is no part of anything.
      if (of === 1) return id === undefined ? [] : [{ ...common, id: `${id}>${to}`, from, body }];
      const lost = (member: string, reason: string): Delivery => {
        const part = { batch, index: indexOf(member), of, isError: true };
        return { ...common, id: `${batch}!${part.index}`, from: member, body: reason, part };
      };
      // First, so that the batch cannot be complete without them.
      const ended = gone.map((member) => lost(member, ENDED));
      if (id === undefined) return [...ended, lost(from, body)];
      return [...ended, { ...common, id: `${id}>${to}`, from, body, part: { batch, index: indexOf(from), of } }];
    });
  };

  return {
    wire,
    groups: new Set([group]),
    hasRounds: true,
    begin(answer, context) {
      if (groupOf(answer.agent) !== group || all().length < 2) return undefined;
      const id = baseOf(answer, wire);
      return send(answer.agent, answer.reply, toFirst(answer, id), context, id);
    },
    goOn(answer, cause, context) {
      if (groupOf(answer.agent) !== group || (cause.round ?? 1) >= rounds) return undefined;
      return send(answer.agent, answer.reply, toNext(cause), context, baseOf(answer, wire));
    },
    lose({ agent, taken, cause, reason }, context) {
      if (groupOf(agent) !== group || all().length < 2) return [];
      if (cause?.wire === wire) {
        return (cause.round ?? 1) >= rounds ? [] : send(agent, reason, toNext(cause), context);
      }
      const first = toFirst({ agent, taken, cause }, '');
      return first.by === undefined ? send(agent, reason, first, context) : [];
    },
  };
}

/** What all who have got a message have in common; undefined: nobody else has got it, or not all have. */
function toShared(agent: string, { id, wire, way }: Message): string | undefined {
  if (!id.endsWith(agent)) return undefined;
  const common = id.slice(0, -agent.length - 1);
  if (way?.isShared === true) return `topic ${common}`;
  return wire !== undefined && id.endsWith(`>${agent}`) ? `fan ${common}` : undefined;
}

/** Who has got something in a round, and speaks in the next. */
function speakersAfter(round: number, by: string | undefined, all: readonly string[]): readonly string[] {
  if (by === undefined || (round > 1 && all.length > 2)) return all;
  const isHis = all.length === 2 && round % 2 === 0;
  return isHis ? [by] : all.filter((member) => member !== by);
}
