import { signal } from '@preact/signals';
import type { DeadLetter } from '../../../protocol.ts';
import type { LettersView } from '../../talk-messages.ts';
import { formatClock, formatNumber, shorten } from '../format.ts';
import { sendCommand } from '../session.ts';
import { canControl } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';

const TEXT_CHARS = 200;
/** Ids of those that were sent again from here. */
const sentAgain = signal<ReadonlySet<string>>(new Set());

/** Messages that nobody has observed, the newest first. */
export function LettersList({ letters }: { readonly letters: LettersView }) {
  const { counts, newest } = letters;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const canSend = canControl.value && travelAt.value === undefined;
  return (
    <section aria-label="Dead letters" data-testid="letters">
      <h2 class="panel-title">
        Dead letters <span class="plot-value">{formatNumber(total)}</span>
      </h2>
      <p class="letter-counts">
        {Object.entries(counts).map(([reason, count]) => (
          <span key={reason} class="badge">
            {reason} {formatNumber(count)}
          </span>
        ))}
        {canSend && (
          <button
            type="button"
            onClick={() => sendCommand({ type: 'messages.resend' }, 'Sent again', { noun: 'message' })}
          >
            Send all again
          </button>
        )}
      </p>
      <ul class="plain-list letters">
        {[...newest].reverse().map((letter) => (
          <Letter key={`${letter.message.id} ${letter.at}`} letter={letter} canSend={canSend} />
        ))}
      </ul>
      {total > newest.length && <p class="muted">{formatNumber(total - newest.length)} older ones are not listed.</p>}
    </section>
  );
}

function Letter({ letter, canSend }: { readonly letter: DeadLetter; readonly canSend: boolean }) {
  const { message, reason, at } = letter;
  const { id, from, to, kind, body } = message;
  const send = (): void =>
    sendCommand({ type: 'message.resend', id }, 'Sent again', {
      noun: 'message',
      onEnd: (isDone) => {
        if (isDone) sentAgain.value = new Set([...sentAgain.peek(), id]);
      },
    });
  return (
    <li class="letter">
      <div class="letter-head">
        <span class="mono muted">{formatClock(at, 1)}</span>
        <span>
          {from} → {to}
        </span>
        <span class="muted">
          {kind}, {reason}
        </span>
        {sentAgain.value.has(id) && <span class="muted">sent again</span>}
        {canSend && !sentAgain.value.has(id) && (
          <button type="button" aria-label={`Send again: ${from} to ${to}`} onClick={send}>
            Send again
          </button>
        )}
      </div>
      <p class="letter-text">{shorten(body, TEXT_CHARS)}</p>
    </li>
  );
}
