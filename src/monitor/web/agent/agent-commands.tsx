import { useState } from 'preact/hooks';
import { sendCommand } from '../session.ts';
import { dialog } from '../shell/dialog-store.ts';

/** What can be done with one agent. */
export function AgentCommands({ agent }: { readonly agent: string }) {
  const [text, setText] = useState('');
  const send = (event: Event): void => {
    event.preventDefault();
    sendCommand({ type: 'agent.send', agent, text }, 'Sent');
    setText('');
  };
  return (
    <div class="agent-commands">
      <form onSubmit={send}>
        <input
          type="text"
          aria-label="Observation to send"
          placeholder="Send an observation"
          data-testid="send-text"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" disabled={text.trim() === ''}>
          Send
        </button>
      </form>
      <fieldset class="commands" aria-label="Commands for the agent">
        <button
          type="button"
          aria-label="Pause agent"
          onClick={() => sendCommand({ type: 'agent.pause', agent }, 'Paused')}
        >
          Pause
        </button>
        <button
          type="button"
          aria-label="Resume agent"
          onClick={() => sendCommand({ type: 'agent.resume', agent }, 'Resumed')}
        >
          Resume
        </button>
        <button type="button" aria-label="Stop agent" onClick={() => askToStop(agent)}>
          Stop…
        </button>
      </fieldset>
    </div>
  );
}

function askToStop(agent: string): void {
  dialog.value = {
    kind: 'confirm',
    title: `Stop ${agent}?`,
    text: 'It ends for good, with what it has done so far.',
    action: 'Stop the agent',
    command: { type: 'agent.stop', agent },
    done: 'Stopped',
  };
}
