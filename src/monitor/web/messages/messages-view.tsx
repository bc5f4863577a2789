import { useEffect } from 'preact/hooks';
import type { GroupInfo } from '../../../protocol.ts';
import type { MessagesMessage } from '../../talk-messages.ts';
import { formatClock, formatNumber, formatRate } from '../format.ts';
import { query, setQuery } from '../router.ts';
import { followTopic } from '../session.ts';
import { connectionState, groups } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';
import { KindsLegend } from './kinds-legend.tsx';
import { LettersList } from './letters-list.tsx';
import { MailboxBars } from './mailbox-bars.tsx';
import { SequencePanel } from './sequence-panel.tsx';
import { TalkDrawing } from './talk-drawing.tsx';
import { requestPastTalk, shownTalk } from './talk-store.ts';
import { CirclesList, WaitsList } from './waits-list.tsx';
import '../styles/messages.css';

/** What agents say to each other, and what is not heard. */
export function MessagesView() {
  const group = toGroup(query.value.members, groups.value);
  const topic = { topic: 'messages', ...(group !== undefined && { group }) } as const;
  const at = travelAt.value;
  const isOpen = connectionState.value === 'open';
  useEffect(() => followTopic(topic), [group]);
  useEffect(() => {
    if (at !== undefined && isOpen) requestPastTalk({ ...topic, at });
  }, [group, at, isOpen]);
  const told = shownTalk.value;
  if (told === undefined) return <p class="hint">Loading…</p>;
  const { mailboxes, letters, circles = [], waits } = told;
  return (
    <div class="messages">
      <section class="messages-main" aria-label="Messages">
        <Choice told={told} group={group} />
        <Graph told={told} group={group} />
        <SequencePanel />
      </section>
      <aside class="messages-side" aria-label="Not yet heard">
        {mailboxes !== undefined && <MailboxBars mailboxes={mailboxes} />}
        {waits !== undefined && <WaitsList waits={waits} />}
        <CirclesList circles={circles} />
        {letters !== undefined && <LettersList letters={letters} />}
      </aside>
    </div>
  );
}

/** In the address: nobody one by one. */
const GROUPS_ALONE = '-';

/** Whose members are shown one by one. Of a run with one group that is more than one box. */
function toGroup(wanted: string | undefined, all: readonly GroupInfo[]): string | undefined {
  const [only] = all.length === 1 ? all : [];
  return wanted === undefined ? only?.name : all.find(({ name }) => name === wanted)?.name;
}

interface PartProps {
  readonly told: MessagesMessage;
  /** The group whose members are shown one by one. */
  readonly group: string | undefined;
}

function Choice({ told: { talk, from }, group }: PartProps) {
  const edges = talk === undefined ? [] : [...talk.edges, talk.rest];
  const total = edges.reduce((sum, edge) => sum + edge.total, 0);
  const perSecond = edges.reduce((sum, edge) => sum + edge.perSecond, 0);
  return (
    <div class="filters">
      <label>
        Show{' '}
        <select
          aria-label="Members shown one by one"
          value={group ?? GROUPS_ALONE}
          onChange={({ currentTarget }) => setQuery({ members: currentTarget.value })}
        >
          <option value={GROUPS_ALONE}>groups</option>
          {groups.value.map(({ name }) => (
            <option key={name} value={name}>
              members of {name}
            </option>
          ))}
        </select>
      </label>
      <span class="muted">
        {formatNumber(total)} messages, {formatRate(perSecond)}/s
        {from > 0 && ` since ${formatClock(from, 0)}`}
      </span>
      <KindsLegend />
    </div>
  );
}

function Graph({ told: { talk, group: toldGroup }, group }: PartProps) {
  if (talk === undefined || toldGroup !== group) return <p class="hint">Loading…</p>;
  if (talk.edges.length === 0) {
    return (
      <div class="empty">
        <strong>No messages</strong>
        <p>
          {group === undefined ? 'Nobody has said anything yet.' : `Nobody of ${group} has said or heard anything.`}
        </p>
      </div>
    );
  }
  return <TalkDrawing talk={talk} />;
}
