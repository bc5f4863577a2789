import type { Delivery, Membership, WiredAnswer, WiringContext } from '../../../src/messaging/wiring/topology.ts';
import type { Message } from '../../../src/protocol.ts';
import { toMessage } from '../../messages.ts';

/** Groups of so many members, each with so many observations of its own. */
export function toMembership(groups: Readonly<Record<string, number>>, items = 1): Membership {
  return {
    members: (group) => Array.from({ length: groups[group] ?? 0 }, (_, index) => `${group}/${index}`),
    itemsOf: () => items,
  };
}

/** Everybody is alive but these; the first is chosen, and the choices are noted. */
export function toContext(
  gone: readonly string[] = [],
  groups: Readonly<Record<string, number>> = { a: 3, b: 2, c: 1 },
): WiringContext & { readonly choices: string[] } {
  const { members } = toMembership(groups);
  const choices: string[] = [];
  return {
    choices,
    isAlive: (agent) => !gone.includes(agent),
    alive: (group) => members(group).filter((agent) => !gone.includes(agent)),
    choose(pool, members, policy, id) {
      choices.push(`${pool} ${policy} ${id}`);
      return members[0] ?? '';
    },
  };
}

export function toAnswer(agent: string, partial: Partial<WiredAnswer> = {}): WiredAnswer {
  return { agent, observations: 1, taken: 1, cause: undefined, reply: `${agent} says`, ...partial };
}

/** A delivery as its receiver observes it; of a batch, with its other parts. */
export function toCause(delivery: Delivery, parts?: readonly Delivery[]): Message {
  const { part, ...rest } = delivery;
  if (parts === undefined) return toMessage({ ...rest, ...(part && { part }) });
  const told = parts.map((one) => ({ from: one.from, body: one.body }));
  return toMessage({ ...rest, id: part?.batch ?? rest.id, parts: told });
}

export const toLines = (deliveries: readonly Delivery[] | undefined) =>
  deliveries?.map(
    ({ from, to, body, round }) => `${from} > ${to}${round === undefined ? '' : ` in ${round}`}: ${body}`,
  );
