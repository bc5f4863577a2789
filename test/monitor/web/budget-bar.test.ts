import { expect, test } from 'vitest';
import { toBudgetBar } from '../../../src/monitor/web/fleet/budget-bar.ts';
import type { BudgetView } from '../../../src/protocol.ts';

const budget = (changes: Partial<BudgetView>): BudgetView => {
  return { kind: 'run', scope: 'run', limit: 'tokens', allowed: 1_000, used: 300, reserved: 0, ...changes };
};

test('each limit in its own unit', () => {
  const shown = [
    budget({}),
    budget({ limit: 'usd', allowed: 5, used: 0.0042, reserved: 1.5 }),
    budget({ limit: 'calls', allowed: 12, used: 1, reserved: 2 }),
    budget({ limit: 'wall', allowed: 60_000, used: 1_500 }),
  ].map(toBudgetBar);
  expect(shown.map(({ name, text }) => [name, text])).toEqual([
    ['tokens', '300 of 1,000'],
    ['cost', '$0.0042 + $1.50 reserved of $5.00'],
    ['calls', '1 + 2 reserved of 12'],
    ['time', '1.50 s of 1 m 00 s'],
  ]);
});

test.each([
  [300, 0, 30, 0, 'enough'],
  [300, 500, 30, 50, 'enough'],
  [300, 600, 30, 60, 'scarce'],
  [900, 0, 90, 0, 'scarce'],
  [900, 500, 90, 10, 'scarce'],
  [1_000, 0, 100, 0, 'gone'],
  [1_200, 300, 100, 0, 'gone'],
])('%d used and %d reserved of 1,000 fill %d %% and %d %%: %s', (used, reserved, usedPart, reservedPart, level) => {
  expect(toBudgetBar(budget({ used, reserved }))).toMatchObject({ usedPart, reservedPart, level });
});
