import { onTestFinished } from 'vitest';
import type { RunEvent, RunSummary } from '../../src/protocol.ts';
import type { Run } from '../../src/run.ts';
import { type RunScenarioOptions, startScenario } from '../../src/run-scenario.ts';
import { temporaryFolder } from '../temporary-folder.ts';

type Type = RunEvent['type'];
type OfType<T extends Type> = Extract<RunEvent, { type: T }>;

export interface WholeRun {
  readonly run: Run;
  readonly events: readonly RunEvent[];
  all<T extends Type>(type: T): OfType<T>[];
  /** The first event of a type, when it has come. Rejects if the run ends without one. */
  first<T extends Type>(type: T): Promise<OfType<T>>;
  /** Replies by agent, in their order. */
  replies(): Record<string, string[]>;
  readonly finished: Promise<RunSummary>;
}

/** Starts a scenario on the real clock with a data directory of its own. It has ended when the test has. */
export async function startWhole(scenario: string | object, options: RunScenarioOptions = {}): Promise<WholeRun> {
  const events: RunEvent[] = [];
  const waiting = new Set<(event: RunEvent | undefined) => void>();
  const run = await startScenario(scenario, {
    data: temporaryFolder(),
    ...options,
    onEvent(event) {
      events.push(event);
      for (const tell of [...waiting]) tell(event);
    },
  });
  const finished = run.finished;
  onTestFinished(async () => {
    run.send({ type: 'run.drain', reason: 'the test has ended' });
    await finished.catch(() => undefined);
    await run.close();
  });
  const all: WholeRun['all'] = (type) => events.filter((event): event is OfType<typeof type> => event.type === type);
  return {
    run,
    events,
    all,
    finished,
    first: (type) =>
      new Promise((resolve, reject) => {
        const tell = (event: RunEvent | undefined): void => {
          if (event?.type === type) resolve(event as OfType<typeof type>);
          else if (event === undefined || event.type === 'run.finished') reject(new Error(`It ended without ${type}`));
          else return;
          waiting.delete(tell);
        };
        const [before] = all(type);
        if (before !== undefined) resolve(before);
        else waiting.add(tell);
      }),
    replies() {
      const replies: Record<string, string[]> = {};
      for (const { agent, reply } of all('agent.replied')) replies[agent] = [...(replies[agent] ?? []), reply];
      return replies;
    },
  };
}

/** The same, to its end. */
export async function runWhole(scenario: string | object, options: RunScenarioOptions = {}) {
  const whole = await startWhole(scenario, options);
  const summary = await whole.finished;
  return { ...whole, summary, budgets: whole.run.budgets() };
}

/** What an agent's failure was, for those that have failed. */
export function failuresOf({ all }: Pick<WholeRun, 'all'>): string[] {
  return all('agent.ended').flatMap(({ status, error }) => (status === 'failed' ? [error?.code ?? 'none'] : []));
}
