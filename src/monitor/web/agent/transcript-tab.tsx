import { useMemo } from 'preact/hooks';
import { type Said, toTranscript } from '../fold/transcript.ts';
import { formatClock } from '../format.ts';
import { useFollowedEnd } from '../shell/use-followed-end.ts';
import type { ShownAgent } from './use-agent.ts';

const SHOWN_MAX = 300;

/** The conversation with the model, the newest last. */
export function TranscriptTab({ shown }: { readonly shown: ShownAgent }) {
  const said = useMemo(() => toTranscript(shown.events).slice(-SHOWN_MAX), [shown]);
  const { frame } = useFollowedEnd<HTMLDivElement>(said);
  return (
    <div class="transcript" ref={frame}>
      {shown.message.instructions !== '' && (
        <article class="said is-system">
          <header>instructions</header>
          <p class="text-block">{shown.message.instructions}</p>
        </article>
      )}
      {said.map((message, index) => (
        <Message key={`${index} ${message.at}`} said={message} />
      ))}
      {said.length === 0 && <p class="hint">Nothing has been said yet.</p>}
    </div>
  );
}

function Message({ said }: { readonly said: Said }) {
  const { who, name, text, calls, at, turn, isError } = said;
  return (
    <article class={`said is-${who}${isError ? ' is-bad' : ''}`}>
      <header>
        {name} <span class="muted">turn {turn}</span> <span class="mono muted">{formatClock(at)}</span>
      </header>
      {text !== '' && (who === 'tool' ? <pre>{text}</pre> : <p class="text-block">{text}</p>)}
      {calls.map(({ id, name: tool, args }) => (
        <pre key={id} class="said-call">
          {tool}({JSON.stringify(args)})
        </pre>
      ))}
    </article>
  );
}
