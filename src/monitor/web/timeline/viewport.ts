/** The part of the time that is seen, in milliseconds since the run's start. */
export interface Viewport {
  readonly start: number;
  readonly end: number;
}

const SPAN_MIN_MS = 2;

/** @param factor Below 1: closer. @param anchor The moment that stays where it is. */
export function zoom(view: Viewport, factor: number, anchor: number, whole: Viewport): Viewport {
  const span = Math.max(SPAN_MIN_MS, (view.end - view.start) * factor);
  const share = (anchor - view.start) / Math.max(1e-9, view.end - view.start);
  return clampTo({ start: anchor - span * share, end: anchor + span * (1 - share) }, whole);
}

export function pan(view: Viewport, byMs: number, whole: Viewport): Viewport {
  return clampTo({ start: view.start + byMs, end: view.end + byMs }, whole);
}

/** Keeps the span if it can: what would lie outside is pushed back in. */
export function clampTo({ start, end }: Viewport, whole: Viewport): Viewport {
  const span = Math.min(end - start, whole.end - whole.start);
  const first = Math.min(Math.max(start, whole.start), whole.end - span);
  return { start: first, end: first + span };
}

const STEPS = [1, 2, 5];

/** Round moments to be labelled, about one every `everyPx`. */
export function toTicks({ start, end }: Viewport, widthPx: number, everyPx = 110): readonly number[] {
  const wanted = (end - start) / Math.max(1, widthPx / everyPx);
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1e-3)));
  const step = toStep(wanted, power);
  const ticks: number[] = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) ticks.push(at);
  return ticks;
}

/** Above a second the steps are those of a clock. */
function toStep(wanted: number, power: number): number {
  const clock = [1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];
  const found =
    wanted > 500 ? clock.find((step) => step >= wanted) : STEPS.map((n) => n * power).find((n) => n >= wanted);
  return found ?? power * 10;
}
