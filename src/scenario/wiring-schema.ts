import { z } from 'zod';
import { WIRING_ROUNDS_MAX } from '../base/limits.ts';
import { count, expected, name } from './fields.ts';

/** The keys of which an entry has one: what kind it is. */
export const WIRING_KINDS = ['pipeline', 'fan_out', 'ring', 'all_to_all', 'moderator', 'blackboard'] as const;

/** One entry of `wiring`. */
export function wiringSchema() {
  const group = (description: string) => z.string().min(1).meta({ description }).optional();
  const groups = (description: string) =>
    z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1, { error: expected('at least one group') })], {
        error: expected('a group or a list of groups'),
      })
      .meta({ description })
      .optional();
  return z
    .strictObject({
      pipeline: z
        .array(z.string().min(1))
        .min(2)
        .meta({ description: 'Groups: each reply of a member goes to a member of the next one.' })
        .optional(),
      policy: z
        .enum(['round-robin', 'least-busy', 'random', 'same-index'])
        .meta({
          description:
            'With pipeline: who of the next group. Default: same-index between groups of equal size, else round-robin.',
        })
        .optional(),
      fan_out: group('A group: each reply of a member goes to every member of the groups of to.'),
      to: groups('With fan_out: a group, or a list of them.'),
      gather: group(
        'With fan_out: to a member of this group the answers come together, as one message; to whoever fanned out if it is his own. Default: they are not gathered.',
      ),
      ring: group('A group: each reply goes to the next member, around to whoever began it.'),
      all_to_all: group('A group: in each round every member gets, as one message, what all others have said.'),
      moderator: group('A group: its reply goes to all members, and their answers come together back to it.'),
      members: groups('With moderator: a group, or a list of them.'),
      rounds: count('With ring, all_to_all and moderator. Default: 1.', 1, WIRING_ROUNDS_MAX).optional(),
      blackboard: name()
        .meta({ description: 'Name of a memory with versions, for read-board and write-board.' })
        .optional(),
      groups: groups('With blackboard: whose members are told what others write. Default: nobody.'),
    })
    .meta({
      description: 'To whom replies go by themselves.',
      oneOf: WIRING_KINDS.map((kind) => ({ required: [kind] })),
    });
}
