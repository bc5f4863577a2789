import type { PipelineSpec } from '../../protocol.ts';
import {
  baseOf,
  type Delivery,
  firstAlive,
  groupOf,
  indexOf,
  type Membership,
  type Topology,
  type WiredAnswer,
  type WiringContext,
} from './topology.ts';

/** Each reply goes to a member of the next group; that of the last group comes out of it. */
export function createPipeline(wire: string, { groups, policy }: PipelineSpec, membership: Membership): Topology {
  /** Where nobody is left, it is whoever would have got it: the message is a dead letter. */
  const chooseOf = (group: string, { id, answer, policy: by }: Choice, context: WiringContext): string => {
    const all = membership.members(group);
    const alive = context.alive(group);
    const place = indexOf(answer.agent) % all.length;
    if (alive.length === 0) return all[place] ?? '';
    if (by === 'same-index') return firstAlive(all, place, context) ?? '';
    return context.choose(`${wire}>${group}`, alive, by, id);
  };

  const passOn = (answer: WiredAnswer, context: WiringContext): readonly Delivery[] | undefined => {
    const from = groupOf(answer.agent);
    const stage = groups.indexOf(from);
    const next = stage < 0 ? undefined : groups[stage + 1];
    if (next === undefined) return undefined;
    const id = baseOf(answer, wire);
    const to = chooseOf(next, { id, answer, policy: policy ?? toPolicy(from, next, membership) }, context);
    return [{ id, from: answer.agent, to, body: answer.reply, wire }];
  };
  return {
    wire,
    groups: new Set(groups),
    hasRounds: false,
    begin: passOn,
    goOn: (answer, _, context) => passOn(answer, context),
    lose: () => [],
  };
}

type Policy = NonNullable<PipelineSpec['policy']>;

interface Choice {
  readonly id: string;
  readonly answer: WiredAnswer;
  readonly policy: Policy;
}

function toPolicy(from: string, to: string, { members }: Membership): Policy {
  return members(from).length === members(to).length ? 'same-index' : 'round-robin';
}
