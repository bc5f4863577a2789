import type { FoldedTurn } from '../fold/agent-fold.ts';
import { formatClock, formatDuration, formatNumber } from '../format.ts';
import { toObservationText } from '../log/event-text.ts';
import { shownAt } from '../store/travel-store.ts';
import { TurnBars } from './turn-bars.tsx';

interface TurnCardProps {
  readonly turn: FoldedTurn;
  /** Nothing of it goes on any more. */
  readonly isOver: boolean;
}

/** One turn: what was observed, decided, called and stored. */
export function TurnCard({ turn, isOver }: TurnCardProps) {
  const { observation, decision, error, storedAt, startedAt, reply, draft } = turn;
  const isOpen = !isOver && storedAt === undefined;
  const end = isOpen ? shownAt.value : toEnd(turn);
  return (
    <article class="turn">
      <header>
        <h3>Turn {turn.turn}</h3>
        <span class="mono muted">{formatClock(startedAt)}</span>
        <span class="muted">
          {formatDuration(end - startedAt)}
          {isOpen ? ' so far' : ''}
        </span>
        {decision !== undefined && (
          <span class="muted tokens">
            {formatNumber(decision.usage.inputTokens)} tokens in, {formatNumber(decision.usage.outputTokens)} out
          </span>
        )}
      </header>
      {observation !== undefined && (
        <p class="turn-line">
          <b>observed</b>
          <span class="text-block">{toObservationText(observation)}</span>
        </p>
      )}
      <TurnBars turn={turn} start={startedAt} end={end} />
      {error !== undefined && (
        <p class="turn-line is-bad">
          <b>no decision</b>
          <span class="text-block">{error.message}</span>
        </p>
      )}
      {decision === undefined && error === undefined && draft !== undefined && (
        <p class="turn-line">
          <b>is writing</b>
          <span class="text-block">{draft}</span>
        </p>
      )}
      {decision?.reply !== undefined && (
        <p class="turn-line">
          <b>{reply === undefined ? 'said' : 'replied'}</b>
          <span class="text-block">{decision.reply}</span>
        </p>
      )}
      {decision?.flaw !== undefined && (
        <p class="turn-line is-bad">
          <b>flawed</b>
          <span class="text-block">{decision.flaw}</span>
        </p>
      )}
      <p class="turn-line">
        <b>stored</b>
        <span class="muted">{toStored(turn, isOpen)}</span>
      </p>
    </article>
  );
}

/** The journal and the transcript of a turn go to memory together. */
function toStored({ storedAt, calls, decision }: FoldedTurn, isOpen: boolean): string {
  if (storedAt === undefined) return isOpen ? 'not yet' : 'no';
  const messages = (decision === undefined ? 0 : 1) + calls.length;
  return `at ${formatClock(storedAt)}, ${messages} ${messages === 1 ? 'message' : 'messages'} of the transcript`;
}

function toEnd({ startedAt, decidedAt, storedAt, calls }: FoldedTurn): number {
  return Math.max(startedAt, decidedAt ?? 0, storedAt ?? 0, ...calls.map(({ finishedAt }) => finishedAt ?? 0));
}
