import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'troupe.theme';
const ORDER: readonly Theme[] = ['system', 'light', 'dark'];

export const theme = signal<Theme>(readTheme());
/** Rises when colours change, so that what is drawn on a canvas can be drawn again. */
export const colourVersion = signal(0);

/** Applies the chosen theme now and whenever it changes. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    colourVersion.value = colourVersion.peek() + 1;
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => colourVersion.value++);
}

/** System, light, dark, system, ... */
export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? 'system';
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // Where nothing may be kept, the choice lasts as long as the page.
  }
}

function readTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return ORDER.find((name) => name === kept) ?? 'system';
  } catch {
    return 'system';
  }
}
