import type { Clock } from '../base/clock.ts';
import { compileExpression } from '../base/expression.ts';
import type { RunEvent, Scenario, UntilSpec } from '../protocol.ts';
import { BLANK, EXPECT_NAMES, summaryScope } from '../scenario/expect.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { EventStream } from '../telemetry/event-stream.ts';
import type { RunMetrics } from '../telemetry/metrics.ts';

interface Watched {
  readonly clock: Clock;
  readonly scenario: Pick<Scenario, 'name'>;
  readonly events: Pick<EventStream, 'subscribe'>;
  readonly metrics: RunMetrics;
  readonly supervisor: Pick<Supervisor, 'conclude'>;
}

/** Ends the run where its scenario says that it is over. @returns Ends the watch. */
export function watchUntil(until: UntilSpec, run: Watched): () => void {
  if (until.kind === 'never') return () => undefined;
  const { clock, supervisor, events } = run;
  const { timeMs, replies, when } = until;
  const conclude = (reason: string): void => {
    stop();
    clock.defer(() => supervisor.conclude(reason));
  };
  const left = timeMs === undefined ? undefined : Math.max(0, timeMs - clock.elapsed());
  const timer =
    left === undefined ? undefined : clock.setTimer(left, () => conclude(`its time of ${timeMs} ms is over`));
  const isMet = when === undefined ? () => false : toCondition(when, run);
  const forget = events.subscribe(({ type }: RunEvent) => {
    if (type !== 'agent.replied' && type !== 'agent.ended') return;
    const count = replies === undefined ? 0 : run.metrics.counts().replies;
    if (replies !== undefined && count >= replies) conclude(`there are ${count} replies`);
    else if (isMet()) conclude(`${when} is true`);
  });
  function stop(): void {
    timer?.cancel();
    forget();
  }
  return stop;
}

/** What is known only at the end of a run is nothing until then. One that cannot be evaluated is not met. */
function toCondition(when: string, { scenario, metrics }: Watched): () => boolean {
  const expression = compileExpression(when, EXPECT_NAMES);
  return () => {
    try {
      const { toolRetries, ...counts } = metrics.counts();
      const measured = { ...BLANK, scenario: scenario.name, ...counts, retries: { model: 0, tool: toolRetries } };
      return expression.evaluate(summaryScope(measured)) === true;
    } catch {
      return false;
    }
  };
}
