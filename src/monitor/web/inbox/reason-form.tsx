import { useEffect, useRef } from 'preact/hooks';

interface ReasonFormProps {
  /** On its button. */
  readonly action: string;
  readonly onSend: (reason: string) => void;
  readonly onCancel: () => void;
}

/** Asks why something is rejected: the agent is told. */
export function ReasonForm({ action, onSend, onCancel }: ReasonFormProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const send = (event: Event): void => {
    event.preventDefault();
    onSend(input.current?.value.trim() ?? '');
  };
  return (
    <form class="reason" onSubmit={send}>
      <input
        ref={input}
        type="text"
        aria-label="Why? The agent is told"
        placeholder="Why? The agent is told"
        data-testid="reason"
        onKeyDown={({ key }) => key === 'Escape' && onCancel()}
      />
      <button type="submit" class="is-danger">
        {action}
      </button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </form>
  );
}
