import { useEffect, useState } from 'preact/hooks';
import type { InboxEntry } from '../../talk-messages.ts';
import { formatClock } from '../format.ts';
import { toHref } from '../router.ts';
import { createTopicRequest } from '../session.ts';
import { toKey } from '../store/merge-inbox.ts';
import { shownAt, travelAt } from '../store/travel-store.ts';
import { AnswerForm } from './answer-form.tsx';
import { CallArgs } from './call-args.tsx';
import { toCallTimes } from './call-times.ts';

interface OpenCallProps {
  readonly call: InboxEntry;
  readonly canAnswer: boolean;
  /** Somebody else has answered it, or nobody in time. */
  readonly isGone: boolean;
  readonly onNext: () => void;
}

/** One call that waits, and what can be said to it. */
export function OpenCall({ call: told, canAnswer, isGone, onNext }: OpenCallProps) {
  const call = useWhole(told);
  const { agent, tool, turn, kind, question, args, since, cut } = call;
  const { waited, left, isNear } = toCallTimes(call, shownAt.value);
  return (
    <section class="open-call" aria-label={`${tool} of ${agent}`} data-testid="open-call">
      <header>
        <h2 class="mono">{tool}</h2>
        <span class="badge">{kind}</span>
        <a href={toHref({ view: 'agent', agent })}>{agent}</a>
        <span class="muted">turn {turn}</span>
      </header>
      <p class="muted">
        Waits since {formatClock(since, 0)}, for {waited}
        {left !== undefined && <span class={isNear ? 'is-near' : ''}>; {left}</span>}
      </p>
      {question !== undefined && <p class="question text-block">{question}</p>}
      {question === undefined && <CallArgs args={args} />}
      {cut === true && <p class="muted">The arguments are longer, and are being loaded.</p>}
      {isGone && (
        <p class="is-near" role="status">
          It does not wait any more: somebody else has answered it, or its time is over.{' '}
          <button type="button" onClick={onNext}>
            Next
          </button>
        </p>
      )}
      {canAnswer && (
        <fieldset class="answers" disabled={isGone}>
          <AnswerForm call={call} />
        </fieldset>
      )}
    </section>
  );
}

/** The call with all of its arguments, as soon as they are there. */
function useWhole(call: InboxEntry): InboxEntry {
  const [whole, setWhole] = useState<InboxEntry | undefined>(undefined);
  const key = toKey(call);
  useEffect(() => {
    setWhole(undefined);
    if (call.cut !== true) return;
    const at = travelAt.peek();
    const request = createTopicRequest<'inbox'>(({ waiting }) =>
      setWhole(waiting.find((entry) => toKey(entry) === key)),
    );
    request({ topic: 'inbox', agent: call.agent, ...(at !== undefined && { at }) });
  }, [key, call.cut]);
  return whole !== undefined && toKey(whole) === key ? whole : call;
}
