import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { InboxEntry } from '../../talk-messages.ts';
import { formatCount, formatNumber } from '../format.ts';
import { query } from '../router.ts';
import { createTopicRequest, followInbox } from '../session.ts';
import { setPastInbox, shownCalls } from '../store/inbox-store.ts';
import { toKey } from '../store/merge-inbox.ts';
import { canControl, connectionState, isLive } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';
import { CallList } from './call-list.tsx';
import { isWriting, opened } from './inbox-choice.ts';
import { InboxFilters } from './inbox-filters.tsx';
import { OpenCall } from './open-call.tsx';
import '../styles/inbox.css';

const PAST_REST_MS = 200;
const requestPast = createTopicRequest<'inbox'>(setPastInbox, PAST_REST_MS);

/** All calls of the run that wait for a person. */
export function InboxView() {
  const at = travelAt.value;
  const isOpen = connectionState.value === 'open';
  useEffect(() => followInbox(), []);
  useEffect(() => {
    if (at !== undefined && isOpen) requestPast({ topic: 'inbox', at });
  }, [at, isOpen]);
  const { entries, total } = shownCalls.value;
  const { q = '', tool = '' } = query.value;
  const shown = useMemo(
    () => entries.filter((entry) => entry.agent.includes(q) && (tool === '' || entry.tool === tool)),
    [entries, q, tool],
  );
  const canAnswer = canControl.value && at === undefined;
  return (
    <div class="inbox">
      <InboxFilters entries={entries} shown={shown} canAnswer={canAnswer} />
      {!canAnswer && total > 0 && <p class="is-note">{toHow(at)}</p>}
      {total > entries.length && (
        <p class="is-note">
          {formatCount(total, 'call')} wait; here are the {formatNumber(entries.length)} that wait longest.
        </p>
      )}
      {total === 0 ? <Nothing /> : <Calls calls={shown} canAnswer={canAnswer} />}
    </div>
  );
}

function Calls({ calls, canAnswer }: { readonly calls: readonly InboxEntry[]; readonly canAnswer: boolean }) {
  const last = useRef<{ readonly call: InboxEntry; readonly place: number } | undefined>(undefined);
  const found = calls.findIndex((entry) => toKey(entry) === opened.value);
  // What somebody writes an answer to stays; after one that has gone comes the next.
  const isKept = found < 0 && isWriting.value && last.current !== undefined;
  const place = found >= 0 ? found : Math.min(last.current?.place ?? 0, calls.length - 1);
  const call = isKept ? last.current?.call : calls[place];
  if (call !== undefined && !isKept) last.current = { call, place };
  useEffect(() => {
    if (call !== undefined && !isKept) opened.value = toKey(call);
  }, [call, isKept]);
  if (call === undefined) return <p class="hint">No call fits. Choose others.</p>;
  return (
    <div class="inbox-calls">
      <CallList calls={calls} open={isKept ? -1 : place} canAnswer={canAnswer} />
      <OpenCall
        key={toKey(call)}
        call={call}
        canAnswer={canAnswer}
        isGone={isKept}
        onNext={() => {
          isWriting.value = false;
        }}
      />
    </div>
  );
}

function Nothing() {
  return (
    <div class="empty">
      <strong>Nothing waits for a person</strong>
      <p>Calls of tools that have an approval, and questions of agents, are shown here as soon as they wait.</p>
    </div>
  );
}

/** Why nothing can be answered here. */
function toHow(at: number | undefined): string {
  if (at !== undefined) return 'This is the past: go back to now to answer.';
  if (!isLive.value) return 'The run is not under way: resume it to answer.';
  return 'To answer, start troupe with --monitor-control and open the address that it prints.';
}
