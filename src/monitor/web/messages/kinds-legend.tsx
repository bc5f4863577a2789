import type { MessageKind } from '../../../protocol.ts';

const KINDS: Readonly<Record<MessageKind, string>> = {
  tell: 'needs no answer',
  ask: 'is answered',
  reply: 'the answer to an ask',
  topic: 'to all who have subscribed',
  handoff: 'with the conversation',
  input: 'from outside',
};

/** How each kind of message is drawn. */
export function KindsLegend() {
  return (
    <ul class="kinds" aria-label="Kinds of messages">
      {Object.entries(KINDS).map(([kind, meaning]) => (
        <li key={kind} class={`utterance is-${kind}`} title={meaning}>
          <svg width="26" height="8" aria-hidden="true">
            <path class="arrow" d="M0 4H24" />
          </svg>
          {kind}
        </li>
      ))}
    </ul>
  );
}
