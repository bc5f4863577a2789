import { VIEWS } from './route.ts';
import { navigate } from './router.ts';
import { dialog } from './shell/dialog-store.ts';
import { goLive, togglePlay } from './store/travel-store.ts';

/** What each key does, for the help. */
export const KEYS: readonly (readonly [string, string])[] = [
  ['1 … 7', 'Fleet, Chart, Agent, Timeline, Log, Messages, Inbox'],
  ['/', 'Search'],
  ['Space', 'Play, or stop playing'],
  ['L', 'Back to now, or to the end'],
  ['← →', 'On the scrubber: 1 % of the time. In the fleet: move the cursor. In the timeline: pan'],
  ['Home End', 'On the scrubber: the beginning, the end'],
  ['Enter', 'In the fleet: open the agent'],
  ['↑ ↓', 'In the inbox: the call before, the next one'],
  ['+ −', 'In the timeline: zoom; 0 fits everything'],
  ['?', 'This help'],
];

/** Keys that work wherever one is, except while writing. */
export function startKeyboard(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (dialog.peek() === undefined && act(event)) event.preventDefault();
  });
}

function act({ key, target }: KeyboardEvent): boolean {
  const view = VIEWS[Number(key) - 1];
  if (view !== undefined) navigate({ view });
  else if (key === '/') return focusSearch();
  else if (key === '?') dialog.value = { kind: 'help' };
  else if (key === 'l' || key === 'L') goLive();
  else if (key === ' ' && !isPressable(target)) togglePlay();
  else return false;
  return true;
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>('main input[type=search]');
  search?.focus();
  search?.select();
  return search !== null;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input:not([type=range]), textarea, select');
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, summary, a, [role=button]') !== null;
}
