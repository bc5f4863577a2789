import { formatClock } from '../format.ts';
import { isLive } from '../store/run-store.ts';
import { goLive, range, travelAt } from '../store/travel-store.ts';

/** Says that what is shown is the past. */
export function TravelMark() {
  const at = travelAt.value;
  if (at === undefined) return null;
  return (
    <div class="travel-mark" data-testid="travel-mark">
      <span>
        at <b class="mono">{formatClock(at)}</b> of <span class="mono">{formatClock(range.value.to)}</span>
      </span>
      <button type="button" onClick={goLive}>
        {isLive.value ? 'Back to live' : 'To the end'}
      </button>
    </div>
  );
}
