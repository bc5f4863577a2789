import { formatClock } from '../format.ts';
import { isLive, run } from '../store/run-store.ts';
import {
  goLive,
  isPlaying,
  range,
  SPEEDS,
  type Speed,
  shownAt,
  speed,
  togglePlay,
  travelAt,
  travelTo,
} from '../store/travel-store.ts';
import { Activity } from './activity.tsx';

/** Share of the time that a key moves. */
const KEY_STEP = 0.01;

/** Chooses the moment that every view shows. */
export function Scrubber() {
  if (run.value === undefined) return null;
  const isPast = travelAt.value !== undefined;
  return (
    <footer class="scrubber">
      <button type="button" class="play" aria-label={isPlaying.value ? 'Stop playing' : 'Play'} onClick={togglePlay}>
        {isPlaying.value ? '❚❚' : '▶'}
      </button>
      <select
        class="speed"
        aria-label="Speed"
        value={speed.value}
        onChange={({ currentTarget }) => {
          speed.value = currentTarget.value as Speed;
        }}
      >
        {SPEEDS.map((name) => (
          <option key={name} value={name}>
            {name === 'fit' ? 'fit' : `${name}×`}
          </option>
        ))}
      </select>
      <div class="track">
        <Activity />
        <Slider />
      </div>
      <Moment />
      <button type="button" class="live" data-testid="live" aria-pressed={!isPast} onClick={goLive}>
        {isLive.value ? 'Live' : 'End'}
      </button>
    </footer>
  );
}

function Slider() {
  const { from, to } = range.value;
  const at = shownAt.value;
  return (
    <input
      type="range"
      aria-label="Moment of the run"
      data-testid="scrubber"
      min={from}
      max={Math.max(to, from + 1)}
      step="any"
      value={at}
      aria-valuetext={`${formatClock(at)} of ${formatClock(to)}`}
      onInput={({ currentTarget }) => choose(Number(currentTarget.value))}
      onKeyDown={onKey}
    />
  );
}

function Moment() {
  return (
    <span class="moment mono">
      {formatClock(shownAt.value, 1)}
      <span class="muted"> / {formatClock(range.value.to, 1)}</span>
    </span>
  );
}

/** The very end is now. */
function choose(at: number): void {
  isPlaying.value = false;
  if (at >= range.peek().to) goLive();
  else travelTo(at);
}

function onKey(event: KeyboardEvent): void {
  const { from, to } = range.peek();
  const step = (to - from) * KEY_STEP;
  const at = shownAt.peek();
  const target: Readonly<Record<string, number>> = {
    ArrowLeft: at - step,
    ArrowDown: at - step,
    ArrowRight: at + step,
    ArrowUp: at + step,
    PageDown: at - 10 * step,
    PageUp: at + 10 * step,
    Home: from,
    End: to,
  };
  const chosen = target[event.key];
  if (chosen === undefined) return;
  event.preventDefault();
  choose(chosen);
}
