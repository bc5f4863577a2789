import { AGENT_STATES, type AgentState } from '../../states.ts';
import type { Palette } from '../palette.ts';
import type { FleetMatcher } from './fleet-filter.ts';
import type { FleetLayout } from './fleet-layout.ts';

const MARK_FROM_PX = 9;
const TEXT_FROM_PX = 16;
const TEXT_SHARE = 0.38;
/** A square in the corner. */
const STOPPED_PX = 3;
const DIMMED = 0.18;
const DIM_BIT = 16;
const NEVER_DRAWN = 255;

/** Draws agents as cells, and again only those that have changed. */
export class FleetPainter {
  /** What each cell shows: its state, and whether it is dimmed. */
  #drawn = new Uint8Array(0);
  #layout: FleetLayout | undefined;
  #palette: Palette | undefined;
  readonly #context: CanvasRenderingContext2D;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: true });
    if (context === null) throw new Error('This browser has no canvas');
    this.#context = context;
  }

  /** Fits the canvas to a layout; everything is drawn anew. */
  resize(layout: FleetLayout, palette: Palette, size: number): void {
    const { canvas } = this.#context;
    const ratio = devicePixelRatio;
    canvas.width = Math.ceil(layout.width * ratio);
    canvas.height = Math.ceil(layout.height * ratio);
    canvas.style.width = `${layout.width}px`;
    canvas.style.height = `${layout.height}px`;
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#layout = layout;
    this.#palette = palette;
    this.#drawn = new Uint8Array(size).fill(NEVER_DRAWN);
  }

  /** @returns How many cells were drawn. */
  paint(states: Uint8Array, matcher: FleetMatcher): number {
    const layout = this.#layout;
    if (layout === undefined) return 0;
    const drawn = this.#drawn;
    let count = 0;
    for (const { first, count: members, columns, x, y } of layout.boxes) {
      for (let index = 0; index < members; index++) {
        const position = first + index;
        const state = states[position] ?? 0;
        const look = matcher.isActive && !matcher.matches(position, state) ? state | DIM_BIT : state;
        if (drawn[position] === look) continue;
        drawn[position] = look;
        count++;
        this.#cell(
          x + (index % columns) * layout.pitch,
          y + Math.floor(index / columns) * layout.pitch,
          look,
          index,
          layout.cell,
        );
      }
    }
    return count;
  }

  #cell(x: number, y: number, look: number, index: number, size: number): void {
    const context = this.#context;
    const palette = this.#palette;
    const state = AGENT_STATES[look & (DIM_BIT - 1)];
    if (palette === undefined || state === undefined) return;
    context.clearRect(x, y, size, size);
    context.globalAlpha = look >= DIM_BIT ? DIMMED : 1;
    context.fillStyle = palette.states[state];
    context.fillRect(x, y, size, size);
    context.fillStyle = palette.onStates[state];
    context.strokeStyle = palette.onStates[state];
    const text = String(index);
    const fontPx = Math.round(size * TEXT_SHARE);
    const hasText = size >= TEXT_FROM_PX && text.length * fontPx * 0.6 < size - 3;
    if (hasText) {
      context.font = `${fontPx}px system-ui, sans-serif`;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(text, x + size / 2, y + size / 2 + 0.5);
    }
    if (size >= MARK_FROM_PX) this.#mark(state, x, y, size, hasText);
    context.globalAlpha = 1;
  }

  /** The rare states have marks beside their colours. With a text the mark is a corner or an edge. */
  #mark(state: AgentState, x: number, y: number, size: number, hasText: boolean): void {
    const context = this.#context;
    context.lineWidth = size >= TEXT_FROM_PX ? 1.5 : 1;
    const side = hasText ? size * 0.26 : size * 0.5;
    const [left, top] = hasText ? [x + size - side - 2.5, y + 2.5] : [x + (size - side) / 2, y + (size - side) / 2];
    context.beginPath();
    if (state === 'failed') {
      context.moveTo(left, top);
      context.lineTo(left + side, top + side);
      context.moveTo(left + side, top);
      context.lineTo(left, top + side);
    } else if (state === 'paused') {
      context.moveTo(left + side * 0.2, top);
      context.lineTo(left + side * 0.2, top + side);
      context.moveTo(left + side * 0.8, top);
      context.lineTo(left + side * 0.8, top + side);
    } else if (state === 'stopped') {
      const dot = hasText ? STOPPED_PX : side;
      context.fillRect(left + side - dot, top, dot, dot);
    }
    context.stroke();
  }
}
