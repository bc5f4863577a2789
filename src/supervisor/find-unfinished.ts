import type { Waiting } from '../protocol.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';
import type { PostOffice } from './post-office.ts';

/** Of those who have sent their part, so many are named. */
const NAMED_MAX = 5;

/** Who waits for something that may never come, when nobody has anything to do: exactly whom, and for what. */
export function findUnfinished(directory: Directory<Child>, office: PostOffice): Waiting[] {
  const unfinished: Waiting[] = [];
  for (const agent of directory.ids()) {
    for (const { to } of office.asks.of(agent)) unfinished.push({ agent, for: `an answer from ${to}` });
    for (const to of office.mailboxes.waitedFor(agent)) unfinished.push({ agent, for: `room in the mailbox of ${to}` });
    const mailbox = directory.get(agent)?.context.work.mailbox;
    for (const { batch, missing, from } of mailbox?.incomplete() ?? []) {
      const more = from.length > NAMED_MAX ? ` and ${from.length - NAMED_MAX} more` : '';
      const here = from.length === 0 ? '' : ` (there is that of ${from.slice(0, NAMED_MAX).join(', ')}${more})`;
      unfinished.push({ agent, for: `${missing} more part${missing === 1 ? '' : 's'} of ${batch}${here}` });
    }
  }
  return unfinished;
}
