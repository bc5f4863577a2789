import { formatClock, formatUsd } from '../format.ts';
import { shownCost } from '../store/limits-store.ts';
import { connectionState, now, run, wasLive, welcome } from '../store/run-store.ts';
import { nextTheme, theme } from '../theme.ts';
import { dialog } from './dialog-store.ts';
import { RunCommands } from './run-commands.tsx';

const CONNECTION = {
  connecting: 'Connecting',
  open: 'Connected',
  lost: 'Disconnected',
  refused: 'Not let in',
} as const;

/** Which run this is and how it goes. */
export function Header() {
  const info = run.value;
  return (
    <header class="header">
      <div class="title">
        <h1 title={info?.about}>{info?.scenario ?? 'troupe'}</h1>
        {info !== undefined && (
          <>
            <span class="muted mono run-id">{info.id}</span>
            <span class={`badge is-${info.status}`} data-testid="run-status">
              {info.status}
            </span>
            <span class="badge">{info.live ? 'live' : wasLive.value ? 'ended' : 'stored'}</span>
            {info.virtual && <span class="badge">virtual time</span>}
            <RunClock />
            <RunCost />
          </>
        )}
      </div>
      <div class="controls">
        <RunCommands />
        <span class={`connection is-${connectionState.value}`} data-testid="connection" role="status">
          {CONNECTION[connectionState.value]}
        </span>
        <button
          type="button"
          class="is-quiet"
          onClick={nextTheme}
          aria-label={`Colours: ${theme.value}`}
          title="Colours"
        >
          {theme.value === 'system' ? '◐' : theme.value === 'light' ? '☀' : '☾'}
        </button>
        <button
          type="button"
          class="is-quiet help-button"
          aria-label="Keys"
          title="Keys (?)"
          onClick={() => {
            dialog.value = { kind: 'help' };
          }}
        >
          ?
        </button>
      </div>
    </header>
  );
}

function RunCost() {
  const usd = shownCost.value;
  if (usd === 0) return null;
  return (
    <span class="cost mono" role="note" aria-label="Cost of the run" title="What the models’ answers have cost">
      {formatUsd(usd)}
    </span>
  );
}

function RunClock() {
  return (
    <span
      class="clock mono"
      role="timer"
      aria-label="Time of the run"
      title={`Started ${welcome.value?.run.startedAt}`}
    >
      {formatClock(now.value, 1)}
    </span>
  );
}
