import { expect, onTestFinished } from 'vitest';
import { monitorRun } from '../../src/monitor-run.ts';
import { startScenario } from '../../src/run-scenario.ts';
import { peopleScenario } from './people-scenario.ts';

/** A run under way whose calls wait, and its monitor. */
export async function served(changes: object = {}) {
  const run = await startScenario(peopleScenario({ memory: { store: 'in-memory' }, ...changes }), {
    staysForPeople: true,
  });
  const monitor = await monitorRun(run, { port: 0, control: true });
  onTestFinished(async () => {
    run.send({ type: 'run.drain', reason: 'over' });
    await run.finished;
    await monitor.close();
    await run.close();
  });
  await expect.poll(() => run.approvals().length).toBe(4);
  return { run, url: monitor.url, controlUrl: monitor.controlUrl ?? '' };
}
