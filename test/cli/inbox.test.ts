import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type InboxOptions, inbox } from '../../src/cli/inbox.ts';
import { startScenario } from '../../src/run-scenario.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { peopleScenario } from './people-scenario.ts';

async function waitingData(): Promise<string> {
  const data = join(temporaryFolder(), 'data');
  const run = await startScenario(peopleScenario(), { data });
  await run.finished;
  await run.close();
  return data;
}

const call = (data: string, options: Partial<InboxOptions> = {}) =>
  captured(() => inbox('last', { data, by: 'terminal', ...options }));

test('lists what waits, and how it is answered', async () => {
  const data = await waitingData();
  const { result, stdout } = await call(data);
  expect(result).toBe(0);
  const [head, headings, ...rows] = stdout.trim().split('\n');
  expect(head).toMatch(/^people {2}run \S+ {2}interrupted$/);
  expect(headings).toMatch(/^call +tool +arguments or question +waits +for at most$/);
  expect(rows[0]).toMatch(/^clerk\/0:1\/1 +pay +\{"amount":100\} +\d+ ms$/);
  expect(rows[1]).toMatch(/^clerk\/0:1\/2 +person +Which colour\? +\d+ ms$/);
  expect(rows.at(-2)).toContain('Answer with --approve CALL...|all');
  expect(rows.at(-1)).toContain('Then go on with: troupe resume');
  const { stdout: json } = await call(data, { json: true });
  expect(JSON.parse(json)).toMatchObject({
    scenario: 'people',
    status: 'interrupted',
    total: 4,
    waiting: [{ callId: '1/1' }, {}, {}, {}],
  });
});

test('answers, says what is left and how the run goes on', async () => {
  const data = await waitingData();
  const first = await call(data, { approve: ['all'], answer: ['clerk/0:1/2', 'Blue.'] });
  expect([first.result, first.stdout.split('\n').slice(0, 4)]).toEqual([
    0,
    [
      'clerk/0:1/1  pay  approved',
      'clerk/1:1/1  pay  approved',
      'clerk/0:1/2  person  answered',
      '1 call waits for a person.',
    ],
  ]);
  expect(first.stdout).toContain('Go on with: troupe resume');
  const second = await call(data, { reject: ['clerk/1'], reason: 'no time', json: true, by: 'ann' });
  expect(JSON.parse(second.stdout)).toMatchObject({
    answers: [{ agent: 'clerk/1', callId: '1/2', tool: 'person', answer: 'rejected', reason: 'no time', by: 'ann' }],
    waiting: 0,
  });
  expect((await call(data)).stdout).toContain('No call waits for a person.');
  expect((await call(data, { approve: ['all'] })).stdout).toBe('No such call waits for a person.\n');
});

test('one that is not taken keeps none of the others, and the status says so', async () => {
  const data = await waitingData();
  const { result, stdout, stderr } = await call(data, {
    approve: ['clerk/1:1/1'],
    edit: 'clerk/0:1/1',
    args: '{"amount":"x"}',
  });
  expect(result).toBe(1);
  expect(stdout).toMatch(/^clerk\/1:1\/1 {2}pay {2}approved\n3 calls wait/);
  expect(stderr).toContain('Cannot edit "clerk/0:1/1": the arguments do not fit: /amount must be number');
  const again = await call(data, { reject: ['clerk/1:1/1'], json: true });
  expect(again.result).toBe(1);
  expect(JSON.parse(again.stdout)).toMatchObject({
    answers: [{ error: { message: expect.stringContaining('it was approved by terminal') } }],
  });
});

test.each<[Partial<InboxOptions>, string]>([
  [{ reason: 'x' }, 'Cannot use --reason without --reject'],
  [{ args: '{}' }, 'Cannot use --args without --edit CALL'],
  [{ edit: 'a' }, 'give its arguments with --args JSON'],
  [{ answer: ['a'] }, 'expected a call and a text in quotes'],
  [{ answer: ['a', 'b', 'c'] }, 'expected a call and a text in quotes'],
  [{ by: 'deadline' }, 'Cannot answer as "deadline"'],
  [{ edit: 'clerk/0:1/1', args: '[]' }, 'expected a JSON object'],
  [{ approve: ['clerk/0:1/1'], reject: ['clerk/0:1/1'] }, 'Cannot answer "clerk/0:1/1" in two ways at once'],
  [{ approve: ['clerk'] }, 'it may be clerk/0:1/1, clerk/0:1/2, clerk/1:1/1, clerk/1:1/2'],
])('%j is refused, and nothing is answered', async (options, message) => {
  const data = await waitingData();
  await expect(call(data, options)).rejects.toThrow(message);
  const { stdout } = await call(data, { json: true });
  expect(JSON.parse(stdout).total).toBe(4);
});
