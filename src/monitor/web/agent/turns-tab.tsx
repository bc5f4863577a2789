import { useState } from 'preact/hooks';
import type { AgentFold } from '../fold/agent-fold.ts';
import { TurnCard } from './turn-card.tsx';

const FIRST = 30;

/** The turns of an agent, the newest first. */
export function TurnsTab({ fold }: { readonly fold: AgentFold }) {
  const [shown, setShown] = useState(FIRST);
  const { turns } = fold;
  if (turns.length === 0) return <p class="hint">It has not observed anything yet.</p>;
  const listed = turns.slice(-shown).reverse();
  return (
    <div class="turns">
      {listed.map((turn, index) => (
        <TurnCard key={turns.length - index} turn={turn} isOver={index > 0 || fold.ended !== undefined} />
      ))}
      {turns.length > shown && (
        <button type="button" onClick={() => setShown(shown + FIRST)}>
          Show older turns ({turns.length - shown})
        </button>
      )}
    </div>
  );
}
