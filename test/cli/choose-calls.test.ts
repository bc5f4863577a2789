import { describe, expect, test } from 'vitest';
import { chooseCall, chooseCalls } from '../../src/cli/choose-calls.ts';
import { waiting } from '../people/waiting.ts';

const calls = ['editor/0:3/1', 'editor/0:3/10', 'editor/1:2/1', 'writer/0:1/1'].map((name) => {
  const [agent = '', callId = ''] = name.split(':');
  return waiting({ agent, callId });
});
const namesOf = (...given: string[]) => chooseCalls(calls, given).map(({ agent, callId }) => `${agent}:${callId}`);

test.each([
  [['editor/0:3/1'], ['editor/0:3/1']],
  [['writer'], ['writer/0:1/1']],
  [
    ['w', 'editor/1', 'writer/0:1/1'],
    ['editor/1:2/1', 'writer/0:1/1'],
  ],
  [['all'], ['editor/0:3/1', 'editor/0:3/10', 'editor/1:2/1', 'writer/0:1/1']],
  [[], []],
  // Whoever is asked knows what has become of it.
  [
    ['gone/0:1/2', 'w'],
    ['writer/0:1/1', 'gone/0:1/2'],
  ],
])('%j are %j', (given, expected) => expect(namesOf(...given)).toEqual(expected));

describe('refused is', () => {
  test.each([
    ['nobody', 'Cannot answer "nobody": no call that waits begins so; the inbox lists them'],
    ['editor/0', 'Cannot answer "editor/0": it may be editor/0:3/1, editor/0:3/10'],
    ['', 'it may be editor/0:3/1, editor/0:3/10, editor/1:2/1, writer/0:1/1'],
  ])('%j', (name, message) => {
    expect(() => chooseCall(calls, name)).toThrow(
      expect.objectContaining({ code: 'APPROVAL_UNKNOWN', message: expect.stringContaining(message) }),
    );
  });

  test('one of very many, of which some are told', () => {
    const many = Array.from({ length: 9 }, (_, index) => waiting({ agent: `a/${index}` }));
    expect(() => chooseCall(many, 'a')).toThrow('a/0:1/1, a/1:1/1, a/2:1/1, a/3:1/1, a/4:1/1 and 4 more');
  });
});
