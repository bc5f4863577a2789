import { useEffect, useState } from 'preact/hooks';
import { followTopic } from '../session.ts';
import { connectionState } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';
import { columns, isKnown, setColumns } from './chosen-columns.ts';
import { SequenceDrawing } from './sequence-drawing.tsx';
import { requestPastSequence, shownSequence } from './talk-store.ts';

/** What the chosen ones have said to each other. */
export function SequencePanel() {
  const agents = columns.value;
  const key = agents.join();
  const at = travelAt.value;
  const isOpen = connectionState.value === 'open';
  useEffect(() => (agents.length === 0 ? undefined : followTopic({ topic: 'sequence', agents })), [key]);
  useEffect(() => {
    if (at !== undefined && isOpen && agents.length > 0) requestPastSequence({ topic: 'sequence', agents, at });
  }, [key, at, isOpen]);
  const sequence = shownSequence.value;
  const isTheirs = sequence !== undefined && sequence.agents.join() === key;
  return (
    <section class={`sequence-panel${agents.length === 0 ? ' is-empty' : ''}`} aria-label="What was said">
      <div class="filters">
        <h2 class="panel-title">What was said</h2>
        <AddColumn />
        {agents.length > 0 && (
          <button type="button" class="is-quiet" onClick={() => setColumns([])}>
            Clear
          </button>
        )}
      </div>
      {agents.length === 0 && <p class="hint">Choose an arrow or boxes of the graph, or name an agent.</p>}
      {agents.length > 0 && !isTheirs && <p class="hint">Loading…</p>}
      {agents.length > 0 && isTheirs && sequence.messages.length === 0 && (
        <p class="hint">{agents.join(' and ')} have said nothing to each other.</p>
      )}
      {agents.length > 0 && isTheirs && <SequenceDrawing sequence={sequence} />}
    </section>
  );
}

function AddColumn() {
  const [name, setName] = useState('');
  const [isUnknown, setUnknown] = useState(false);
  const add = (event: Event): void => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return;
    setUnknown(!isKnown(wanted));
    if (!isKnown(wanted)) return;
    setColumns([...columns.peek(), wanted]);
    setName('');
  };
  return (
    <form class="add-column" onSubmit={add}>
      <input
        type="search"
        aria-label="Add an agent or a group"
        placeholder="Add an agent or group ( / )"
        aria-invalid={isUnknown}
        value={name}
        onInput={({ currentTarget }) => {
          setName(currentTarget.value);
          setUnknown(false);
        }}
      />
      {isUnknown && (
        <span class="is-bad" role="alert">
          There is none of that name.
        </span>
      )}
    </form>
  );
}
