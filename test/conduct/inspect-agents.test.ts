import { expect, test, vi } from 'vitest';
import type { Inspection } from '../../src/agent/flat-logic.ts';
import { inspectAgents } from '../../src/conduct/inspect-agents.ts';

const actor = { id: 'a/0', sessionId: 'x:1' } as never;
const snapshot = { status: 'active', value: 'decide' } as never;

test('hears the steps of those it watches, until it is ended', () => {
  const inspection: Inspection = {};
  const steps: unknown[] = [];
  const end = inspectAgents(
    inspection,
    (agent) => agent === 'a/0',
    (step) => steps.push(step),
  );
  inspection.onStep?.(actor, { type: 'decided' }, snapshot);
  inspection.onStep?.({ id: 'b/0' } as never, { type: 'decided' }, snapshot);
  expect(steps).toMatchObject([{ agent: 'a/0', event: { type: 'decided' }, view: { value: 'decide' } }]);
  end();
  expect(inspection.onStep).toBeUndefined();
});

test('is not told what the provider of a decision wants back', () => {
  const inspection: Inspection = {};
  const listener = vi.fn();
  inspectAgents(inspection, () => true, listener);
  inspection.onStep?.(actor, { type: 'decided', decision: { reply: 'hi', kept: 'signed' }, durationMs: 5 }, snapshot);
  const [step] = listener.mock.calls[0] as [object];
  expect(step).toMatchObject({ event: { type: 'decided', decision: { reply: 'hi' }, durationMs: 5 } });
  expect(JSON.stringify(step)).not.toContain('signed');
});

test('one that throws hears no more, and a later one is left alone by the end of an earlier one', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const inspection: Inspection = {};
  const end = inspectAgents(
    inspection,
    () => true,
    () => {
      throw new Error('no');
    },
  );
  inspection.onStep?.(actor, { type: 'x' }, snapshot);
  expect(inspection.onStep).toBeUndefined();
  expect(warned).toHaveBeenCalledWith('An inspector threw and hears no more: no');
  inspectAgents(
    inspection,
    () => true,
    () => undefined,
  );
  end();
  expect(inspection.onStep).toBeDefined();
  warned.mockRestore();
});
