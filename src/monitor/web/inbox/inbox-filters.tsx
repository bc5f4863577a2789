import { useState } from 'preact/hooks';
import type { InboxEntry } from '../../talk-messages.ts';
import { formatNumber } from '../format.ts';
import { query, setQuery } from '../router.ts';
import { toKey } from '../store/merge-inbox.ts';
import { answerAll } from './answer-calls.ts';
import { ticked } from './inbox-choice.ts';
import { ReasonForm } from './reason-form.tsx';

interface InboxFiltersProps {
  readonly entries: readonly InboxEntry[];
  /** Those that fit the filters. */
  readonly shown: readonly InboxEntry[];
  readonly canAnswer: boolean;
}

/** Chooses calls, and answers the chosen ones alike. */
export function InboxFilters({ entries, shown, canAnswer }: InboxFiltersProps) {
  const { q = '', tool = '' } = query.value;
  const tools = [...new Set([...entries.map((entry) => entry.tool), ...(tool === '' ? [] : [tool])])].sort();
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Search an agent"
        placeholder="Agent ( / )"
        value={q}
        onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
      />
      <select aria-label="Tool" value={tool} onChange={({ currentTarget }) => setQuery({ tool: currentTarget.value })}>
        <option value="">all tools</option>
        {tools.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {canAnswer && shown.length > 0 && <Bulk shown={shown} />}
    </search>
  );
}

function Bulk({ shown }: { readonly shown: readonly InboxEntry[] }) {
  const [isRejecting, setRejecting] = useState(false);
  const chosen = shown.filter((entry) => ticked.value.has(toKey(entry)));
  const approvable = chosen.filter(({ kind }) => kind === 'approval');
  const isAll = chosen.length === shown.length;
  return (
    <>
      <label class="chip">
        <input
          type="checkbox"
          checked={isAll}
          ref={(element) => {
            if (element !== null) element.indeterminate = chosen.length > 0 && !isAll;
          }}
          onChange={() => {
            ticked.value = isAll ? new Set() : new Set(shown.map(toKey));
          }}
        />
        All {formatNumber(shown.length)}
      </label>
      {isRejecting && chosen.length > 0 ? (
        <ReasonForm
          action={`Reject ${formatNumber(chosen.length)}`}
          onSend={(reason) => {
            answerAll(chosen, 'reject', reason);
            setRejecting(false);
          }}
          onCancel={() => setRejecting(false)}
        />
      ) : (
        <>
          <button type="button" disabled={approvable.length === 0} onClick={() => answerAll(approvable, 'approve')}>
            Approve {formatNumber(approvable.length)}
          </button>
          <button type="button" disabled={chosen.length === 0} onClick={() => setRejecting(true)}>
            Reject {formatNumber(chosen.length)}…
          </button>
        </>
      )}
    </>
  );
}
