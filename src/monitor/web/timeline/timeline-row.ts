import { type AgentFold, type FoldedTurn, longestCall } from '../fold/agent-fold.ts';

/** What an agent did for a while. Moments are milliseconds since the run's start. */
export interface TimelineBar {
  /** `queue`: in line for the model. */
  readonly kind: 'queue' | 'decide' | 'tool' | 'store';
  readonly start: number;
  readonly end: number;
  /** 0 is the topmost. */
  readonly lane: number;
  readonly label: string;
  readonly turn: number;
  readonly isError: boolean;
  /** It still goes on. */
  readonly isOpen: boolean;
  /** The turn could not have been shorter without it. */
  readonly isCritical: boolean;
}

export interface TimelineRow {
  readonly agent: string;
  readonly bars: readonly TimelineBar[];
  /** At least 1. */
  readonly lanes: number;
  /** From its first turn to its end, or to now. Absent: it has not begun. */
  readonly life?: { readonly start: number; readonly end: number };
  /** How it ended. */
  readonly ending?: string;
  readonly criticalPathMs: number;
}

const LANES_MAX = 8;

/** @param until What has not ended lasts until then. */
export function toTimelineRow(agent: string, fold: AgentFold, until: number): TimelineRow {
  const bars = fold.turns.flatMap((turn, index) =>
    toBars(turn, index === fold.turns.length - 1 && fold.ended === undefined ? until : undefined),
  );
  const first = fold.turns[0];
  return {
    agent,
    bars,
    lanes: bars.reduce((most, { lane }) => Math.max(most, lane + 1), 1),
    criticalPathMs: fold.criticalPathMs,
    ...(first !== undefined && { life: { start: first.startedAt, end: fold.ended?.at ?? until } }),
    ...(fold.ended !== undefined && { ending: fold.ended.status }),
  };
}

/** The row of the agent with the longest critical path; undefined when nobody has done anything. */
export function findLongest(rows: readonly TimelineRow[]): TimelineRow | undefined {
  return rows.reduce<TimelineRow | undefined>(
    (longest, row) => (row.criticalPathMs > (longest?.criticalPathMs ?? 0) ? row : longest),
    undefined,
  );
}

/** @param until Of a turn under way; undefined: what has no end has been cut off, and is left out. */
function toBars(turn: FoldedTurn, until: number | undefined): TimelineBar[] {
  const { startedAt, decidedAt, decideMs = 0, calls, storedAt, model, error } = turn;
  const base = { turn: turn.turn, lane: 0, isError: false, isOpen: false, isCritical: false };
  const bars: TimelineBar[] = [];
  const decided = decidedAt ?? until;
  if (decided === undefined) return bars;
  const asked = decidedAt === undefined ? startedAt : Math.max(startedAt, decidedAt - decideMs);
  if (asked > startedAt) bars.push({ ...base, kind: 'queue', start: startedAt, end: asked, label: 'in line' });
  bars.push({
    ...base,
    kind: 'decide',
    start: asked,
    end: decided,
    label: model ?? 'decide',
    isError: error !== undefined,
    isOpen: decidedAt === undefined,
    isCritical: true,
  });
  bars.push(...toToolBars(turn, until));
  const last = Math.max(decided, ...calls.map(({ finishedAt }) => finishedAt ?? 0));
  if (storedAt !== undefined && storedAt > last) {
    bars.push({ ...base, kind: 'store', start: last, end: storedAt, label: 'storing' });
  }
  return bars;
}

function toToolBars(turn: FoldedTurn, until: number | undefined): TimelineBar[] {
  const longest = longestCall(turn);
  const laneEnds: number[] = [];
  return turn.calls.flatMap((call) => {
    const end = call.finishedAt ?? until;
    if (end === undefined) return [];
    const free = laneEnds.findIndex((laneEnd) => laneEnd <= call.startedAt);
    const lane = Math.min(free === -1 ? laneEnds.length : free, LANES_MAX - 1);
    laneEnds[lane] = end;
    return {
      kind: 'tool' as const,
      start: call.startedAt,
      end,
      lane,
      label: call.call.name,
      turn: turn.turn,
      isError: call.isError,
      isOpen: call.finishedAt === undefined,
      isCritical: call === longest,
    };
  });
}
