/** Where a group's cells are. Pixels of the page; `x` and `y` are the first cell's corner. */
export interface GroupBox {
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly columns: number;
  readonly x: number;
  readonly y: number;
}

export interface FleetLayout {
  readonly width: number;
  /** What all groups need; more than the room there was only when cells cannot get any smaller. */
  readonly height: number;
  /** From one cell to the next. */
  readonly pitch: number;
  /** The cell itself, without the gap. */
  readonly cell: number;
  readonly boxes: readonly GroupBox[];
}

export const LABEL_HEIGHT_PX = 18;
const GROUP_GAP_PX = { x: 20, y: 8 };
const PITCH_MAX_PX = 30;
const PITCH_MIN_PX = 3;
const LABEL_CHAR_PX = 7;

interface Group {
  readonly name: string;
  readonly first: number;
  readonly count: number;
}

/**
 * Places a cell for each agent, group by group, as large as they all fit into the room: 28 pixels at most, 2 at least.
 *
 * Groups of more than a row have the whole width, smaller ones stand side by side.
 */
export function layoutFleet(groups: readonly Group[], width: number, height: number): FleetLayout {
  for (let pitch = PITCH_MAX_PX; pitch > PITCH_MIN_PX; pitch--) {
    const layout = place(groups, width, pitch);
    if (layout.height <= height) return layout;
  }
  return place(groups, width, PITCH_MIN_PX);
}

function place(groups: readonly Group[], width: number, pitch: number): FleetLayout {
  const perRow = Math.max(1, Math.floor(width / pitch));
  const boxes: GroupBox[] = [];
  let x = 0;
  let top = 0;
  let bottom = 0;
  for (const { name, first, count } of groups) {
    const columns = Math.min(count, perRow);
    const needed = Math.max(columns * pitch, (name.length + 7) * LABEL_CHAR_PX);
    if (x > 0 && x + needed > width) {
      x = 0;
      top = bottom + GROUP_GAP_PX.y;
    }
    boxes.push({ name, first, count, columns, x, y: top + LABEL_HEIGHT_PX });
    bottom = Math.max(bottom, top + LABEL_HEIGHT_PX + Math.ceil(count / Math.max(1, columns)) * pitch);
    x += needed + GROUP_GAP_PX.x;
  }
  return { width, height: bottom, pitch, cell: pitch - toGap(pitch), boxes };
}

function toGap(pitch: number): number {
  return pitch >= 14 ? 2 : 1;
}

/** @returns The cell's corner; undefined for a position that no group has. */
export function cellAt({ boxes, pitch }: FleetLayout, position: number): { x: number; y: number } | undefined {
  const box = boxOf(boxes, position);
  if (box === undefined) return undefined;
  const index = position - box.first;
  return { x: box.x + (index % box.columns) * pitch, y: box.y + Math.floor(index / box.columns) * pitch };
}

/** @returns The position of the agent whose cell is there; undefined between the groups. */
export function positionAt({ boxes, pitch }: FleetLayout, x: number, y: number): number | undefined {
  for (const box of boxes) {
    const column = Math.floor((x - box.x) / pitch);
    const row = Math.floor((y - box.y) / pitch);
    const index = row * box.columns + column;
    if (column >= 0 && column < box.columns && row >= 0 && index < box.count) return box.first + index;
  }
  return undefined;
}

export type Step = 'left' | 'right' | 'up' | 'down';

/** @returns Where the cursor is after a step; at the edges of a group it goes on to the next one. */
export function stepFrom(layout: FleetLayout, position: number, step: Step): number {
  const { boxes } = layout;
  const last = boxes.reduce((most, box) => Math.max(most, box.first + box.count - 1), 0);
  const box = boxOf(boxes, position);
  if (box === undefined) return 0;
  if (step === 'left' || step === 'right') return clamp(position + (step === 'left' ? -1 : 1), 0, last);
  const index = position - box.first;
  const next = index + (step === 'up' ? -box.columns : box.columns);
  if (next >= 0 && next < box.count) return box.first + next;
  const isLastRow = Math.floor(index / box.columns) === Math.floor((box.count - 1) / box.columns);
  if (step === 'down' && !isLastRow) return box.first + box.count - 1;
  return clamp(step === 'up' ? box.first - 1 : box.first + box.count, 0, last);
}

function boxOf(boxes: readonly GroupBox[], position: number): GroupBox | undefined {
  return boxes.find(({ first, count }) => position >= first && position < first + count);
}

function clamp(value: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, value));
}
