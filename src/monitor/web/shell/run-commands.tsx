import { sendCommand } from '../session.ts';
import { canControl } from '../store/run-store.ts';
import { dialog } from './dialog-store.ts';

/** Commands for the run as a whole; nothing when none may be sent. */
export function RunCommands() {
  if (!canControl.value) return null;
  return (
    <fieldset class="commands" aria-label="Commands for the run">
      <button type="button" onClick={() => sendCommand({ type: 'run.pause' }, 'Paused')}>
        Pause
      </button>
      <button type="button" onClick={() => sendCommand({ type: 'run.resume' }, 'Resumed')}>
        Resume
      </button>
      <button
        type="button"
        onClick={() => {
          dialog.value = { kind: 'send' };
        }}
      >
        Send…
      </button>
      <button type="button" onClick={askToStop}>
        Stop…
      </button>
    </fieldset>
  );
}

function askToStop(): void {
  dialog.value = {
    kind: 'confirm',
    title: 'Stop the run?',
    text: 'Turns under way finish, nothing new begins. The run can be resumed later with “troupe resume”.',
    action: 'Stop the run',
    command: { type: 'run.drain', reason: 'stopped in the monitor' },
    done: 'Stopping',
  };
}
