import { onTestFinished } from 'vitest';
import { History } from '../../src/monitor/history/history.ts';
import type { Run, RunOptions } from '../../src/run.ts';
import { startScenario } from '../../src/run-scenario.ts';

/** Three desks and two scouts that wait for messages: each is answered by a call and a reply. */
export function deskScenario(changes: object = {}): object {
  return {
    name: 'front-office',
    about: 'Waits for what comes.',
    seed: 3,
    models: {
      clerk: {
        latency: '1ms',
        rules: [
          { on: 'message', call: [{ lookup: { order: '{{ observation.text }}' } }] },
          { on: 'results', reply: 'It is {{ results.lookup.state }}.' },
        ],
      },
    },
    tools: { lookup: { builtin: 'simulated', latency: '1ms', result: { state: 'paid' } } },
    agents: {
      desk: { count: 3, model: 'clerk', tools: ['lookup'], observe: { inbox: true } },
      scout: { count: 2, model: 'clerk', tools: ['lookup'], observe: { inbox: true } },
    },
    memory: { store: 'in-memory' },
    ...changes,
  };
}

export interface LiveRun {
  readonly run: Run;
  /** Has every event from the first one on. */
  readonly history: History;
}

/** A run on the real clock that goes on until the test has ended. */
export async function liveRun(changes: object = {}, options: RunOptions = {}): Promise<LiveRun> {
  const run = await startScenario(deskScenario(changes), { keepOpen: true, data: 'unused', ...options });
  const history = new History(run.specs, run.ended);
  run.subscribe(history.append);
  onTestFinished(async () => {
    run.send({ type: 'run.drain', reason: 'the test has ended' });
    await run.finished;
    await run.close();
  });
  return { run, history };
}
