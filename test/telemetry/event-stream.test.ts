import { expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import type { RunEvent } from '../../src/protocol.ts';
import { createEventStream } from '../../src/telemetry/event-stream.ts';

test('numbers events without gaps, tells the time, and tells everyone in order', async () => {
  const clock = createVirtualClock();
  const first: RunEvent[] = [];
  const second: RunEvent[] = [];
  const stream = createEventStream(clock, [(event) => first.push(event)]);
  stream.emit({ type: 'agent.started', agent: 'a/0', group: 'a' });
  const unsubscribe = stream.subscribe((event) => second.push(event));
  await clock.sleep(12.34567);
  stream.emit({ type: 'agent.waiting', agent: 'a/0', for: 'a message' });
  unsubscribe();
  stream.emit({ type: 'run.finished', status: 'done' });
  expect(first).toEqual([
    { seq: 1, at: 0, type: 'agent.started', agent: 'a/0', group: 'a' },
    { seq: 2, at: 12.346, type: 'agent.waiting', agent: 'a/0', for: 'a message' },
    { seq: 3, at: 12.346, type: 'run.finished', status: 'done' },
  ]);
  expect(second).toEqual([first[1]]);
});

test('a listener that throws is dropped, and the others hear everything', async () => {
  const heard: string[] = [];
  const warned = new Promise<string>((resolve) => process.once('warning', (warning) => resolve(warning.message)));
  let calls = 0;
  const broken = () => {
    calls++;
    throw new Error('broken');
  };
  const stream = createEventStream(createVirtualClock(), [broken, (event) => heard.push(event.type)]);
  stream.emit({ type: 'run.draining', reason: 'a' });
  stream.emit({ type: 'run.finished', status: 'done' });
  expect(heard).toEqual(['run.draining', 'run.finished']);
  expect(calls).toBe(1);
  expect(await warned).toBe('A listener of run events threw and hears no more: broken');
});
