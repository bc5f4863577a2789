import { useState } from 'preact/hooks';
import type { MonitorCommand } from '../../../protocol.ts';
import { sendCommand } from '../session.ts';
import { groups } from '../store/run-store.ts';
import { closeDialog } from './dialog-store.ts';

/** Writes an observation to all agents or to those of a group. */
export function SendForm() {
  const [text, setText] = useState('');
  const [group, setGroup] = useState('');
  const send = (event: Event): void => {
    event.preventDefault();
    const command: MonitorCommand = group === '' ? { type: 'run.send', text } : { type: 'group.send', group, text };
    sendCommand(command, 'Sent');
    closeDialog();
  };
  return (
    <form onSubmit={send}>
      <label class="field">
        To
        <select value={group} onChange={({ currentTarget }) => setGroup(currentTarget.value)}>
          <option value="">all agents</option>
          {groups.value.map(({ name }) => (
            <option key={name} value={name}>
              group {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Text
        <textarea
          rows={4}
          required
          data-testid="send-text"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <div class="dialog-buttons">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
        <button type="submit" class="is-primary" disabled={text.trim() === ''}>
          Send
        </button>
      </div>
    </form>
  );
}
