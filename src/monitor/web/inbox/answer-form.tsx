import { useEffect, useState } from 'preact/hooks';
import type { ApprovalCommand } from '../../../protocol.ts';
import type { InboxEntry } from '../../talk-messages.ts';
import { sendCommand } from '../session.ts';
import { ArgsEditor } from './args-editor.tsx';
import { isWriting } from './inbox-choice.ts';
import { ReasonForm } from './reason-form.tsx';

type Mode = 'choose' | 'reject' | 'edit';
type Said = Pick<ApprovalCommand & { type: 'approval.answer' }, 'answer' | 'reason' | 'args' | 'text'>;

const DONE = { approve: 'Approved', reject: 'Rejected', edit: 'Approved with changes' } as const;

/** What can be said to a call that waits. */
export function AnswerForm({ call }: { readonly call: InboxEntry }) {
  const [mode, setMode] = useState<Mode>('choose');
  const [isSent, setSent] = useState(false);
  const [text, setText] = useState('');
  const isQuestion = call.kind === 'question';
  useEffect(() => {
    isWriting.value = !isSent && (mode !== 'choose' || text !== '');
    return () => {
      isWriting.value = false;
    };
  }, [mode, isSent, text]);
  const send = (said: Said): void => {
    setSent(true);
    const { agent, callId } = call;
    const done = isQuestion && said.answer === 'approve' ? 'Answered' : DONE[said.answer];
    sendCommand({ type: 'approval.answer', agent, callId, ...said }, done, {
      noun: 'call',
      onEnd: (isDone) => isDone || setSent(false),
    });
  };
  if (isSent) return <p class="muted">Sent.</p>;
  if (mode === 'reject') {
    return (
      <ReasonForm
        action="Reject"
        onSend={(reason) => send({ answer: 'reject', ...(reason !== '' && { reason }) })}
        onCancel={() => setMode('choose')}
      />
    );
  }
  if (mode === 'edit') {
    return (
      <ArgsEditor
        args={call.args}
        onSend={(args) => send({ answer: 'edit', args })}
        onCancel={() => setMode('choose')}
      />
    );
  }
  return (
    <form
      class="answer"
      onSubmit={(event) => {
        event.preventDefault();
        send({ answer: 'approve', ...(isQuestion && { text }) });
      }}
    >
      {isQuestion && (
        <textarea
          rows={3}
          aria-label="Answer"
          placeholder="Answer"
          data-testid="answer-text"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      )}
      <button type="submit" class="is-primary" disabled={isQuestion && text.trim() === ''}>
        {isQuestion ? 'Answer' : 'Approve'}
      </button>
      <button type="button" onClick={() => setMode('reject')}>
        Reject…
      </button>
      {!isQuestion && (
        <button type="button" disabled={call.cut === true} onClick={() => setMode('edit')}>
          Edit…
        </button>
      )}
    </form>
  );
}
