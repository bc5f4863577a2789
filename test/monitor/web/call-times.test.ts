import { expect, test } from 'vitest';
import { toCallTimes } from '../../../src/monitor/web/inbox/call-times.ts';

test('how long it has waited', () => {
  expect(toCallTimes({ since: 1_000 }, 6_900)).toEqual({ waited: '5 s', isNear: false });
  expect(toCallTimes({ since: 0 }, 125_000).waited).toBe('2 m 05 s');
  expect(toCallTimes({ since: 10 }, 5).waited).toBe('0 s');
});

test('how long it still can', () => {
  expect(toCallTimes({ since: 0, deadlineAt: 600_000 }, 1_000)).toMatchObject({ left: '9 m 59 s left', isNear: false });
  expect(toCallTimes({ since: 0, deadlineAt: 600_000 }, 590_500)).toMatchObject({ left: '9 s left', isNear: true });
  expect(toCallTimes({ since: 0, deadlineAt: 600_000 }, 600_000)).toMatchObject({ left: 'time is over', isNear: true });
});
