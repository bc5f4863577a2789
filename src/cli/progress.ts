import { createRealClock, type Timer } from '../base/clock.ts';
import { createLoopDelayMeter } from '../base/loop-delay.ts';
import type { RunEvent } from '../protocol.ts';
import { createAgentStates } from '../telemetry/agent-states.ts';
import { formatMs, formatNumber } from './table.ts';

/** Between two frames on a terminal, and between two lines elsewhere. */
const FRAME_MS = 100;
const LINE_MS = 5_000;
/** Over which the rate of turns is taken. */
const RATE_MS = 1_000;

/** What a run is doing, on standard error. */
export interface Progress {
  onEvent(event: RunEvent): void;
  /** Shows a line of its own, above what is live. */
  say(text: string): void;
  stop(): void;
}

/** Live progress: redrawn in place on a terminal, a line every 5 s elsewhere. */
export async function createProgress(name: string): Promise<Progress> {
  const { stderr } = process;
  const view = stderr.isTTY ? (await import('log-update')).createLogUpdate(stderr) : undefined;
  const every = view === undefined ? LINE_MS : FRAME_MS;
  const clock = createRealClock();
  const meter = createLoopDelayMeter();
  const states = createAgentStates();
  const n = { agents: 0, turns: 0, toolCalls: 0, toolErrors: 0 };
  const rate = { perSecond: 0, turns: 0, at: 0 };
  let timer: Timer | undefined;

  const show = (): void => {
    const at = clock.elapsed();
    if (at - rate.at >= RATE_MS) {
      rate.perSecond = ((n.turns - rate.turns) * 1_000) / (at - rate.at);
      rate.turns = n.turns;
      rate.at = at;
    }
    const where = Object.entries(states.counts()).filter(([state, count]) => count > 0 || state !== 'stopped');
    const lines = [
      `${name}  ${formatMs(at)}`,
      `${where.map(([state, count]) => `${state} ${formatNumber(count)}`).join('  ')}  of ${formatNumber(n.agents)}`,
      `turns ${formatNumber(n.turns)}, ${formatNumber(Math.round(rate.perSecond))}/s  ` +
        `tool calls ${formatNumber(n.toolCalls)}, failed ${formatNumber(n.toolErrors)}  ` +
        `loop delay p99 ${formatMs(meter.read().p99)}`,
    ];
    if (view === undefined) stderr.write(`${lines.join('  ')}\n`);
    else view(lines.join('\n'));
    timer = clock.setTimer(every, show);
  };

  meter.start();
  timer = clock.setTimer(every, show);
  return {
    onEvent(event) {
      states.onEvent(event);
      if (event.type === 'run.started') n.agents = event.agents;
      else if (event.type === 'agent.observed') n.turns++;
      else if (event.type === 'tool.finished') {
        n.toolCalls++;
        if (event.result.isError) n.toolErrors++;
      }
    },
    say(text) {
      view?.clear();
      stderr.write(`${text}\n`);
    },
    stop() {
      timer?.cancel();
      clock.stop();
      meter.stop();
      view?.clear();
    },
  };
}
