import { type RowPlace, toMoment } from './row-places.ts';
import { pan, type Viewport, zoom } from './viewport.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

interface GestureTarget {
  get(): {
    readonly view: Viewport;
    readonly whole: Viewport;
    readonly width: number;
    readonly places: readonly RowPlace[];
  };
  /** Undefined: all of the time. */
  set(view: Viewport | undefined): void;
  /** Where the pointer hovers. */
  point(at: Point | undefined): void;
  press(at: Point): void;
}

const WHEEL_STEP = 0.0022;
const KEY_ZOOM = 1.4;
const KEY_PAN = 0.12;
/** A press that moves further is a drag. */
const STILL_PX = 4;

/** Zooms by wheel, pinch and keys, pans by dragging and keys. @returns Ends it. */
export function createGestures(canvas: HTMLCanvasElement, target: GestureTarget): () => void {
  const pointers = new Map<number, Point>();
  let moved = 0;
  const zoomAt = (x: number, factor: number): void => {
    const { view, whole, width } = target.get();
    target.set(zoom(view, factor, toMoment(x, view, width), whole));
  };
  const panBy = (px: number): void => {
    const { view, whole, width } = target.get();
    target.set(pan(view, (px / Math.max(1, width)) * (view.end - view.start), whole));
  };
  const listeners = {
    wheel(event: WheelEvent): void {
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) panBy(event.deltaX);
      else zoomAt(event.offsetX, Math.exp(event.deltaY * WHEEL_STEP * (event.ctrlKey ? 4 : 1)));
    },
    pointerdown(event: PointerEvent): void {
      if (event.button !== 0) return;
      if (pointers.size === 0) moved = 0;
      pointers.set(event.pointerId, toPoint(event));
      canvas.setPointerCapture(event.pointerId);
      target.point(undefined);
    },
    pointermove(event: PointerEvent): void {
      const before = pointers.get(event.pointerId);
      const now = toPoint(event);
      if (before === undefined) {
        target.point(event.pointerType === 'mouse' ? now : undefined);
        return;
      }
      moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other !== undefined) {
        const factor = Math.max(8, Math.abs(before.x - other.x)) / Math.max(8, Math.abs(now.x - other.x));
        zoomAt((now.x + other.x) / 2, factor);
      } else if (moved > STILL_PX) panBy(before.x - now.x);
      pointers.set(event.pointerId, now);
    },
    pointerup(event: PointerEvent): void {
      if (pointers.delete(event.pointerId) && moved <= STILL_PX) target.press(toPoint(event));
    },
    pointercancel(event: PointerEvent): void {
      pointers.delete(event.pointerId);
    },
    pointerleave: () => target.point(undefined),
    keydown(event: KeyboardEvent): void {
      if (actOnKey(event.key, target, zoomAt, panBy)) event.preventDefault();
    },
  };
  for (const [name, listener] of Object.entries(listeners)) {
    canvas.addEventListener(name, listener as EventListener, { passive: false });
  }
  return () => {
    for (const [name, listener] of Object.entries(listeners)) {
      canvas.removeEventListener(name, listener as EventListener);
    }
  };
}

function actOnKey(
  key: string,
  target: GestureTarget,
  zoomAt: (x: number, factor: number) => void,
  panBy: (px: number) => void,
): boolean {
  const { width } = target.get();
  if (key === '+' || key === '=') zoomAt(width / 2, 1 / KEY_ZOOM);
  else if (key === '-') zoomAt(width / 2, KEY_ZOOM);
  else if (key === '0') target.set(undefined);
  else if (key === 'ArrowLeft') panBy(-width * KEY_PAN);
  else if (key === 'ArrowRight') panBy(width * KEY_PAN);
  else return false;
  return true;
}

function toPoint({ offsetX, offsetY }: PointerEvent): Point {
  return { x: offsetX, y: offsetY };
}
