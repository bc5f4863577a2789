import { createRealClock, type Timer } from '../base/clock.ts';
import { createLoopDelayMeter } from '../base/loop-delay.ts';
import type { Fold } from '../monitor/history/fold.ts';
import type { History } from '../monitor/history/history.ts';
import { AGENT_STATES, type AgentState } from '../monitor/states.ts';
import type { ModelView } from '../protocol.ts';
import { formatMs, formatNumber } from './table.ts';
import { toWaitingText } from './waiting-calls.ts';

/** Between two frames on a terminal, and between two lines elsewhere. */
const FRAME_MS = 100;
const LINE_MS = 5_000;
/** Over which the rate of turns is taken. */
const RATE_MS = 1_000;
/** States that are shown with nobody in them too. */
const ALWAYS: readonly AgentState[] = ['observe', 'decide', 'executing-tools', 'storing', 'done', 'failed'];

/** What a run is doing, on standard error. */
export interface Progress {
  /** From here on it shows what the history tells, how the models' gates stand, and how many calls wait for a person. */
  follow(history: History, models: () => readonly ModelView[], waiting?: () => number): void;
  /** On a terminal: a line that is being typed. Undefined: none is. */
  type(line: string | undefined): void;
  /** Shows a line of its own, above what is live. */
  say(text: string): void;
  stop(): void;
}

interface Followed {
  readonly history: History;
  readonly fold: Fold;
  readonly models: () => readonly ModelView[];
  readonly waiting: () => number;
}

/** A model that lets agents wait: how many, how long, and why. */
export function toQueueLine({
  name,
  inFlight,
  waiting,
  waitMs,
  state,
  retryInMs = 0,
  learnedRpm,
}: ModelView): string[] {
  if (waiting === 0 && state === 'open') return [];
  const why = { open: '', paused: 'has no capacity, ', tripped: 'keeps failing, ' }[state];
  const when = state === 'open' ? '' : `again in ${formatMs(retryInMs)}  `;
  const rate = learnedRpm === undefined ? '' : `  takes about ${formatNumber(Math.round(learnedRpm))}/min`;
  return [
    `model ${name}  ${why}${when}${formatNumber(inFlight)} in flight, ${formatNumber(waiting)} waiting, wait p50 ${formatMs(waitMs.p50)}${rate}`,
  ];
}

/** Live progress: redrawn in place on a terminal, a line every 5 s elsewhere. */
export async function createProgress(name: string): Promise<Progress> {
  const { stderr } = process;
  const view = stderr.isTTY ? (await import('log-update')).createLogUpdate(stderr) : undefined;
  const every = view === undefined ? LINE_MS : FRAME_MS;
  const clock = createRealClock();
  const meter = createLoopDelayMeter();
  let followed: Followed | undefined;
  const rate = { perSecond: 0, turns: 0, at: 0 };
  let timer: Timer | undefined;
  let typed: string | undefined;
  let isStopped = false;

  const tell = ({ history, fold, models, waiting }: Followed, at: number): string[] => {
    history.advance(fold);
    const waits = toWaitingText(waiting());
    const { turns, toolCalls, toolFailures } = fold.totals;
    if (at - rate.at >= RATE_MS) {
      rate.perSecond = ((turns - rate.turns) * 1_000) / (at - rate.at);
      rate.turns = turns;
      rate.at = at;
    }
    const where = AGENT_STATES.map((state, place) => [state, fold.counts[place] ?? 0] as const)
      .filter(([state, count]) => count > 0 || ALWAYS.includes(state))
      .map(([state, count]) => `${state} ${formatNumber(count)}`);
    return [
      `${where.join('  ')}  of ${formatNumber(history.agents.length)}`,
      `turns ${formatNumber(turns)}, ${formatNumber(Math.round(rate.perSecond))}/s  ` +
        `tool calls ${formatNumber(toolCalls)}, failed ${formatNumber(toolFailures)}  ` +
        `loop delay p99 ${formatMs(meter.read().p99)}`,
      ...models().flatMap(toQueueLine),
      ...(waits === undefined ? [] : [waits]),
      ...(history.trouble === undefined
        ? []
        : [`no call begins until memory can be written: ${history.trouble.message}`]),
    ];
  };
  const show = (): void => {
    const at = clock.elapsed();
    const lines = [`${name}  ${formatMs(at)}`, ...(followed === undefined ? [] : tell(followed, at))];
    if (view === undefined) stderr.write(`${lines.join('  ')}\n`);
    else view([...lines, ...(typed === undefined ? [] : [`> ${typed}`])].join('\n'));
    timer = clock.setTimer(every, show);
  };

  meter.start();
  timer = clock.setTimer(every, show);
  return {
    follow(history, models, waiting = () => 0) {
      followed = { history, fold: history.start(), models, waiting };
    },
    type(line) {
      typed = line;
      if (view === undefined || isStopped) return;
      // At once: whoever types looks at it.
      timer?.cancel();
      show();
    },
    say(text) {
      view?.clear();
      stderr.write(`${text}\n`);
    },
    stop() {
      isStopped = true;
      timer?.cancel();
      clock.stop();
      meter.stop();
      view?.clear();
    },
  };
}
