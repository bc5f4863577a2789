import { expect, test } from 'vitest';
import { createPipeline } from '../../../src/messaging/wiring/pipeline.ts';
import { toMessage } from '../../messages.ts';
import { toAnswer, toCause, toContext, toLines, toMembership } from './topology-context.ts';

const spec = { kind: 'pipeline', groups: ['a', 'b', 'c'] } as const;

test('each reply goes to the next group, and that of the last comes out', () => {
  const pipeline = createPipeline('w', spec, toMembership({ a: 2, b: 2, c: 2 }));
  const context = toContext();
  const first = pipeline.begin(toAnswer('a/1'), context);
  expect(first).toEqual([{ id: 'a/1#1>w', from: 'a/1', to: 'b/1', body: 'a/1 says', wire: 'w' }]);
  const cause = toCause(first![0]!);
  expect(toLines(pipeline.goOn(toAnswer('b/1', { cause }), cause, context))).toEqual(['b/1 > c/1: b/1 says']);
  expect(pipeline.goOn(toAnswer('c/1', { cause }), cause, context)).toBeUndefined();
  expect(pipeline.begin(toAnswer('d/0'), context)).toBeUndefined();
});

test('between groups of different sizes members take turns; a policy may say otherwise', () => {
  const membership = toMembership({ a: 3, b: 2, c: 1 });
  const context = toContext();
  createPipeline('w', spec, membership).begin(toAnswer('a/2'), context);
  createPipeline('w', { ...spec, policy: 'least-busy' }, membership).begin(toAnswer('a/2'), context);
  expect(context.choices).toEqual(['w>b round-robin a/2#1>w', 'w>b least-busy a/2#1>w']);
  const same = createPipeline('w', { ...spec, policy: 'same-index' }, membership);
  expect(same.begin(toAnswer('a/2'), context)?.[0]?.to).toBe('b/0');
});

test('one that has ended is passed over; if all have, the message is for the dead letters', () => {
  const pipeline = createPipeline('w', spec, toMembership({ a: 2, b: 2, c: 2 }));
  expect(pipeline.begin(toAnswer('a/1'), toContext(['b/1']))?.[0]?.to).toBe('b/0');
  expect(pipeline.begin(toAnswer('a/1'), toContext(['b/0', 'b/1']))?.[0]?.to).toBe('b/1');
  expect(pipeline.lose({ agent: 'b/0', taken: 0, cause: toMessage({ wire: 'w' }), reason: 'x' }, toContext())).toEqual(
    [],
  );
});
