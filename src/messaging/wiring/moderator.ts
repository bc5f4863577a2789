import type { ModeratorSpec } from '../../protocol.ts';
import { fan, losePart, toPart } from './gather.ts';
import { groupOf, type Membership, type Topology, type WiredAnswer, type WiringContext } from './topology.ts';

/** The moderator's reply goes to all members and their answers come back together, so often; then its reply comes out. */
export function createModerator(
  wire: string,
  { group, members, rounds }: ModeratorSpec,
  membership: Membership,
): Topology {
  const openRound = (answer: WiredAnswer, round: number, context: WiringContext) => {
    const to = members.flatMap((one) => membership.members(one));
    return to.length === 0 ? undefined : fan(answer, { wire, to, gatherer: answer.agent, round }, context);
  };
  return {
    wire,
    groups: new Set([group, ...members]),
    hasRounds: true,
    begin: (answer, context) => (groupOf(answer.agent) === group ? openRound(answer, 1, context) : undefined),
    goOn(answer, cause, context) {
      // A member's answer, or that of whom it was handed over to.
      if (cause.way?.gather !== undefined) return toPart(answer, cause);
      if (groupOf(answer.agent) !== group) return undefined;
      const { round = 1 } = cause;
      return round >= rounds ? undefined : openRound(answer, round + 1, context);
    },
    lose: losePart,
  };
}
