import { useEffect, useRef, useState } from 'preact/hooks';
import type { JsonObject } from '../../../protocol.ts';
import { parseArgs } from './parse-args.ts';

/** What stands for a secret, wherever the monitor shows texts. */
const HIDDEN = '[redacted]';
const ROWS = { least: 6, most: 18 };

interface ArgsEditorProps {
  readonly args: JsonObject;
  readonly onSend: (args: JsonObject) => void;
  readonly onCancel: () => void;
}

/** Arguments as JSON, to be changed; the server looks whether the tool takes them. */
export function ArgsEditor({ args, onSend, onCancel }: ArgsEditorProps) {
  const [text, setText] = useState(() => JSON.stringify(args, null, 2));
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);
  const parsed = parseArgs(text);
  const problem = 'problem' in parsed ? parsed.problem : undefined;
  const rows = Math.min(ROWS.most, Math.max(ROWS.least, text.split('\n').length + 1));
  const send = (event: Event): void => {
    event.preventDefault();
    if ('args' in parsed) onSend(parsed.args);
  };
  return (
    <form class="answer" onSubmit={send}>
      <textarea
        ref={area}
        class="mono"
        rows={rows}
        spellcheck={false}
        aria-label="Arguments as JSON"
        aria-invalid={problem !== undefined}
        data-testid="args-text"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      {problem !== undefined && (
        <p class="is-bad" role="alert">
          {problem}
        </p>
      )}
      {text.includes(HIDDEN) && <p class="is-near">“{HIDDEN}” hides a secret, and is sent as it stands here.</p>}
      <button type="submit" class="is-primary" disabled={problem !== undefined}>
        Approve with changes
      </button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </form>
  );
}
