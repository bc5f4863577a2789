import { expect, test, vi } from 'vitest';
import { isAnswerTerminal, PeopleWatch } from '../../src/cli/people-watch.ts';
import type { RunEvent, RunFact, WaitingApproval } from '../../src/protocol.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { waiting } from '../people/waiting.ts';
import { peopleScenario } from './people-scenario.ts';

const url = 'http://127.0.0.1:1/?token=x';

function watching(changes: { url?: string; isTerminal?: boolean; before?: WaitingApproval[] } = {}) {
  const said: string[] = [];
  let listen: (event: RunEvent) => void = () => {};
  const run = {
    id: 'r1',
    approvals: () => changes.before ?? [],
    subscribe: (listener: typeof listen) => {
      listen = listener;
      return () => {};
    },
    send: () => 1,
  };
  const watch = new PeopleWatch({ data: 'd', isTerminal: changes.isTerminal ?? false, controlUrl: () => changes.url });
  const type = vi.fn();
  watch.follow(run as never, { say: (text: string) => said.push(text), type } as never);
  const take = (fact: RunFact) => listen({ seq: 1, at: 0, ...fact });
  return { watch, said, take, type };
}

const asks = (agent: string): RunFact => ({
  type: 'approval.requested',
  agent,
  turn: 1,
  callId: '1/1',
  call: { id: 'c', name: 'pay', args: {} },
});
const answers = (agent: string): RunFact => ({
  type: 'approval.answered',
  agent,
  turn: 1,
  callId: '1/1',
  name: 'pay',
  waitedMs: 0,
  answer: 'approved',
  by: 'ann',
});

test('says how calls are answered once for each time that some begin to wait', () => {
  const { said, take, watch } = watching({ url });
  take(asks('a/0'));
  take(asks('a/1'));
  expect(said).toEqual([`A call waits for a person. Answer on the monitor, or with: troupe inbox '${url}'`]);
  expect(watch.size).toBe(2);
  take(answers('a/0'));
  take(asks('a/2'));
  expect(said).toHaveLength(1);
  take(answers('a/1'));
  take(answers('a/2'));
  expect(watch.size).toBe(0);
  take(asks('a/3'));
  expect(said).toHaveLength(2);
});

test('where nobody can answer it says what becomes of the run', () => {
  const { said, take, watch } = watching();
  expect(watch.lines('r1')).toEqual([]);
  take(asks('a/0'));
  expect(said).toEqual([
    'A call waits for a person. The run does what else there is to do and stops then; answer with: troupe inbox r1 --data d',
  ]);
  expect(watch.lines('r1')).toEqual(['1 call waits for a person. See and answer: troupe inbox r1 --data d']);
});

test('knows what has begun to wait before', () => {
  const { said, watch } = watching({ url, before: [waiting(), waiting({ callId: '1/2' })] });
  expect([said.length, watch.size]).toEqual([1, 2]);
});

test('on a terminal it says what can be typed, and takes it until it is stopped', () => {
  const { said, take, type, watch } = watching({ isTerminal: true });
  take(asks('a/0'));
  expect(said).toEqual(['A call waits for a person.', expect.stringMatching(/^Answer here: list \| approve/)]);
  expect(type).toHaveBeenLastCalledWith('');
  watch.stop();
  watch.stop();
  expect(type).toHaveBeenLastCalledWith(undefined);
});

test.each([
  ['a terminal', {}, true, true],
  ['no terminal', {}, false, false],
  ['one whose lines are read by a source', { sources: { lines: { stdin: true, to: 'clerk' } } }, true, false],
])('%s', (_, changes, isTTY, expected) => {
  const scenario = parseScenario(JSON.stringify(peopleScenario(changes)), { name: 'people', folder: '/' });
  const before = [process.stdin, process.stderr].map((stream) => Object.getOwnPropertyDescriptor(stream, 'isTTY'));
  for (const stream of [process.stdin, process.stderr])
    Object.defineProperty(stream, 'isTTY', { value: isTTY, configurable: true });
  try {
    expect(isAnswerTerminal(scenario)).toBe(expected);
  } finally {
    for (const [index, stream] of [process.stdin, process.stderr].entries()) {
      const descriptor = before[index];
      if (descriptor === undefined) Reflect.deleteProperty(stream, 'isTTY');
      else Object.defineProperty(stream, 'isTTY', descriptor);
    }
  }
});
