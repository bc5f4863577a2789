import { computed, effect, signal } from '@preact/signals';
import { now, run } from './run-store.ts';

/** The chosen moment; undefined: now, or the end of a run that has ended. */
export const travelAt = signal<number | undefined>(undefined);
export const isPlaying = signal(false);
/** Times as fast as the run; `fit`: all of it in 20 s. */
export const speed = signal<Speed>('1');

export const SPEEDS = ['0.5', '1', '2', '5', 'fit'] as const;
export type Speed = (typeof SPEEDS)[number];

export const range = computed(() => ({ from: run.value?.from ?? 0, to: Math.max(now.value, run.value?.from ?? 0) }));
export const shownAt = computed(() => travelAt.value ?? range.value.to);

const FIT_MS = 20_000;

export function travelTo(at: number): void {
  const { from, to } = range.peek();
  travelAt.value = Math.min(to, Math.max(from, at));
}

/** Back to now, or to the end. */
export function goLive(): void {
  isPlaying.value = false;
  travelAt.value = undefined;
}

export function togglePlay(): void {
  if (isPlaying.peek()) {
    isPlaying.value = false;
    return;
  }
  if (travelAt.peek() === undefined) travelTo(range.peek().from);
  isPlaying.value = true;
}

/** Moves the chosen moment on while it plays. */
export function startPlayback(): void {
  effect(() => {
    if (!isPlaying.value) return;
    let last = performance.now();
    const step = (time: number): void => {
      const { from, to } = range.peek();
      const factor = speed.peek() === 'fit' ? (to - from) / FIT_MS : Number(speed.peek());
      const at = (travelAt.peek() ?? to) + Math.max(0, time - last) * factor;
      last = time;
      if (at >= to) goLive();
      else {
        travelAt.value = at;
        frame = requestAnimationFrame(step);
      }
    };
    let frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  });
}
