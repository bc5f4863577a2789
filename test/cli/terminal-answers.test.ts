import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { TroupeError } from '../../src/base/errors.ts';
import { answerLine, takeAnswers } from '../../src/cli/terminal-answers.ts';
import type { MonitorCommand, WaitingApproval } from '../../src/protocol.ts';
import { waiting } from '../people/waiting.ts';

function createRun(calls: readonly WaitingApproval[]) {
  const sent: MonitorCommand[] = [];
  const open = new Set(calls);
  const run = {
    approvals: () => [...open],
    send(command: MonitorCommand) {
      const call = [...open].find(
        (one) => 'callId' in command && one.agent === command.agent && one.callId === command.callId,
      );
      if (call === undefined) throw new TroupeError('APPROVAL_UNKNOWN', 'it was approved by ann');
      open.delete(call);
      sent.push(command);
      return 1;
    },
  };
  return { run, sent, open };
}

const calls = [
  waiting({ agent: 'a/0' }),
  waiting({ agent: 'a/1' }),
  waiting({ agent: 'b/0', kind: 'question', tool: 'person', args: { question: 'Which?' }, question: 'Which?' }),
];
const by = 'terminal';

describe('a line', () => {
  test.each<[string, object[], string[]]>([
    ['', [], []],
    ['approve a/0', [{ agent: 'a/0', answer: 'approve', by }], ['a/0:1/1  pay  approved']],
    ['approve a/1 a/0:1/1', [{ agent: 'a/0' }, { agent: 'a/1' }], ['a/0:1/1  pay  approved', 'a/1:1/1  pay  approved']],
    // A question is not answered by that.
    ['approve all', [{ agent: 'a/0' }, { agent: 'a/1' }], ['a/0:1/1  pay  approved', 'a/1:1/1  pay  approved']],
    [
      'reject a/0 far too much',
      [{ agent: 'a/0', answer: 'reject', reason: 'far too much' }],
      ['a/0:1/1  pay  rejected'],
    ],
    [
      'reject all',
      [{ agent: 'a/0' }, { agent: 'a/1' }, { agent: 'b/0' }],
      ['a/0:1/1  pay  rejected', 'a/1:1/1  pay  rejected', 'b/0:1/1  person  rejected'],
    ],
    ['edit a/0 {"amount": 1}', [{ agent: 'a/0', answer: 'edit', args: { amount: 1 } }], ['a/0:1/1  pay  edited']],
    [
      'answer b Blue, I think',
      [{ agent: 'b/0', answer: 'approve', text: 'Blue, I think' }],
      ['b/0:1/1  person  answered'],
    ],
    ['list', [], ['a/0:1/1  pay  {"amount":5}', 'a/1:1/1  pay  {"amount":5}', 'b/0:1/1  person  Which?']],
  ])('%j', (line, commands, said) => {
    const { run, sent } = createRun(calls);
    expect(answerLine(run, line)).toEqual(said);
    expect(sent).toMatchObject(commands);
    expect(sent).toHaveLength(commands.length);
  });

  test.each([
    ['bla', 'Cannot do "bla": type list | approve'],
    ['approve', 'Cannot approve nothing'],
    ['approve a', 'it may be a/0:1/1, a/1:1/1'],
    ['approve x', 'no call that waits begins so'],
    ['approve x/0:1/1', 'it was approved by ann'],
    ['edit a/0 {', 'they are not JSON'],
    ['answer b', 'there is no text'],
  ])('%j says what is wrong', (line, message) => {
    const { run, sent } = createRun(calls);
    expect(answerLine(run, line).join('\n')).toContain(message);
    expect(sent).toEqual([]);
  });

  test('lists so many, and counts the rest', () => {
    const { run } = createRun(Array.from({ length: 25 }, (_, index) => waiting({ agent: `a/${index}` })));
    expect(answerLine(run, 'list')).toHaveLength(21);
    expect(answerLine(run, 'list').at(-1)).toBe('and 5 more');
    expect(answerLine(createRun([]).run, 'list')).toEqual(['No call waits for a person.']);
    expect(answerLine(createRun([]).run, 'approve all')).toEqual(['No such call waits for a person.']);
  });
});

test('what is typed is shown, and done at the end of the line', async () => {
  const { run, sent } = createRun(calls);
  const input = new PassThrough();
  const said: string[] = [];
  const typed: (string | undefined)[] = [];
  const interrupt = vi.fn();
  const close = takeAnswers(run, {
    input,
    say: (text) => said.push(text),
    type: (line) => typed.push(line),
    interrupt,
  });
  input.write('approve a/0');
  await vi.waitFor(() => expect(typed.at(-1)).toBe('approve a/0'));
  expect(sent).toEqual([]);
  input.write('\r');
  await vi.waitFor(() => expect(said).toEqual(['a/0:1/1  pay  approved']));
  expect(typed.at(-1)).toBe('');
  input.write('\u0003');
  await vi.waitFor(() => expect(interrupt).toHaveBeenCalledOnce());
  close();
  close();
  expect(typed.at(-1)).toBeUndefined();
  input.write('approve a/1\r');
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toHaveLength(1);
});
