import { expect, test } from 'vitest';
import { LearnedNeed } from '../../../src/model/budget/learned-need.ts';

const call = { estimate: 1_000, inputTokens: 1_000, outputTokens: 200, granted: 4_096 };

function learned(...calls: Partial<typeof call>[]): LearnedNeed {
  const need = new LearnedNeed();
  for (const one of calls) need.learn({ ...call, ...one });
  return need;
}

test('begins with a margin and with what every model can give', () => {
  expect([learned().inputTokens(1_000), learned().outputTokens]).toEqual([1_100, 4_096]);
});

test('the margin is the worst estimate of late', () => {
  expect(learned({ inputTokens: 1_500 }).inputTokens(1_000)).toBe(1_500);
  expect(learned({ inputTokens: 9_000 }).inputTokens(1_000)).toBe(2_000);
  const after35 = learned({ inputTokens: 1_500 }, ...new Array(35).fill({})).inputTokens(1_000);
  expect(after35).toBeGreaterThan(1_200);
  expect(after35).toBeLessThan(1_300);
  expect(learned({ inputTokens: 1_500 }, ...new Array(500).fill({ inputTokens: 700 })).inputTokens(1_000)).toBe(1_000);
});

test('a report without numbers says nothing of the margin', () => {
  expect(learned({ inputTokens: 0 }, { estimate: 0 }).inputTokens(1_000)).toBe(1_100);
});

test('answers have room for nearly all lengths seen, once there are enough', () => {
  expect(learned(...new Array(19).fill({})).outputTokens).toBe(4_096);
  expect(learned(...new Array(20).fill({})).outputTokens).toBe(256);
  const most = [...new Array(98).fill({}), { outputTokens: 1_000 }, { outputTokens: 1_000 }];
  expect(learned(...most).outputTokens).toBe(1_024);
  expect(learned(...new Array(1_000).fill({}), ...new Array(4).fill({ outputTokens: 4_000 })).outputTokens).toBe(256);
});

test('an answer that had all its room would have been longer', () => {
  expect(learned({ outputTokens: 4_096 }).outputTokens).toBe(8_192);
  expect(learned(...new Array(30).fill({ outputTokens: 300, granted: 300 })).outputTokens).toBe(725);
  expect(learned(...new Array(30).fill({ outputTokens: 50_000, granted: undefined })).outputTokens).toBe(8_192);
});

test('forgets: what is old counts less and less', () => {
  const lately = [...new Array(600).fill({ outputTokens: 3_000 }), ...new Array(3_000).fill({})];
  expect(learned(...lately).outputTokens).toBe(256);
});
