import { expect, test } from 'vitest';
import { toMailboxRanges } from '../../../src/monitor/web/messages/mailbox-ranges.ts';

test('each bucket is named by the numbers in it', () => {
  expect(toMailboxRanges([9, 4, 3, 0, 1])).toEqual([
    { range: '0', agents: 9 },
    { range: '1', agents: 4 },
    { range: '2 to 3', agents: 3 },
    { range: '4 to 7', agents: 0 },
    { range: '8 to 15', agents: 1 },
  ]);
  expect(toMailboxRanges([])).toEqual([]);
});
