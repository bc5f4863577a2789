import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { InboxEntry } from '../../talk-messages.ts';
import { shorten } from '../format.ts';
import { toKey } from '../store/merge-inbox.ts';
import { shownAt } from '../store/travel-store.ts';
import { toCallTimes } from './call-times.ts';
import { opened, ticked, toggleTick } from './inbox-choice.ts';
import { toRowWindow, toScrolled } from './row-window.ts';

const ROW_PX = 48;
const TEXT_CHARS = 160;

interface CallListProps {
  readonly calls: readonly InboxEntry[];
  /** Place of the one that is open. */
  readonly open: number;
  readonly canAnswer: boolean;
}

/** Calls that wait, one below the other; only those in sight are built. */
export function CallList({ calls, open, canAnswer }: CallListProps) {
  const frame = useRef<HTMLElement>(null);
  const view = useSignal({ scrollPx: 0, heightPx: 600 });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const look = (): void => {
      view.value = { scrollPx: element.scrollTop, heightPx: element.clientHeight };
    };
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [view]);
  const move = (event: KeyboardEvent): void => {
    const to = toMoved(event.key, open, calls.length);
    const call = calls[to ?? -1];
    const element = frame.current;
    if (to === undefined || call === undefined || element === null) return;
    event.preventDefault();
    opened.value = toKey(call);
    element.scrollTop = toScrolled(to, ROW_PX, element.scrollTop, element.clientHeight);
  };
  const { first, last } = toRowWindow(calls.length, ROW_PX, view.value.scrollPx, view.value.heightPx);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="calls" ref={frame} onKeyDown={move} tabIndex={0} aria-label="Waiting calls">
      <ol style={{ height: `${calls.length * ROW_PX}px` }}>
        {calls.slice(first, last).map((call, index) => (
          <CallRow
            key={toKey(call)}
            call={call}
            topPx={(first + index) * ROW_PX}
            isOpen={first + index === open}
            canAnswer={canAnswer}
          />
        ))}
      </ol>
    </section>
  );
}

function toMoved(key: string, open: number, calls: number): number | undefined {
  if (key === 'ArrowDown') return Math.min(calls - 1, open + 1);
  if (key === 'ArrowUp') return Math.max(0, open - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? calls - 1 : undefined;
}

interface CallRowProps {
  readonly call: InboxEntry;
  readonly topPx: number;
  readonly isOpen: boolean;
  readonly canAnswer: boolean;
}

function CallRow({ call, topPx, isOpen, canAnswer }: CallRowProps) {
  const { agent, tool, question, args } = call;
  const key = toKey(call);
  const { waited, left, isNear } = toCallTimes(call, shownAt.value);
  return (
    <li class={`call${isOpen ? ' is-open' : ''}`} style={{ top: `${topPx}px`, height: `${ROW_PX}px` }}>
      {canAnswer && (
        <input
          type="checkbox"
          aria-label={`Choose ${tool} of ${agent}`}
          checked={ticked.value.has(key)}
          onChange={() => toggleTick(key)}
        />
      )}
      <button
        type="button"
        aria-pressed={isOpen}
        onClick={() => {
          opened.value = key;
        }}
      >
        <span class="call-who">
          <b class="mono">{tool}</b> <span>{agent}</span>
        </span>
        <span class={`call-time${isNear ? ' is-near' : ''}`}>{left ?? waited}</span>
        <span class="call-text muted">{shorten(question ?? JSON.stringify(args), TEXT_CHARS)}</span>
      </button>
    </li>
  );
}
