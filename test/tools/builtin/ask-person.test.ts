import { expect, test } from 'vitest';
import type { PersonToolSpec } from '../../../src/protocol.ts';
import { createAskPerson } from '../../../src/tools/builtin/ask-person.ts';
import { checkArguments } from '../../../src/tools/check-arguments.ts';
import { openTools } from '../../../src/tools/open-tools.ts';

const spec: PersonToolSpec = {
  builtin: 'ask-person',
  timeoutMs: 1_000,
  approval: { kind: 'question', otherwise: 'reject' },
};

test('every call of it waits for a person', () => {
  const tool = createAskPerson('person', spec);
  expect(tool).toMatchObject({ name: 'person', approval: spec.approval, effects: 'none', internal: true });
  expect(createAskPerson('person', { ...spec, description: 'Asks Ann.' }).description).toBe('Asks Ann.');
});

test.each([
  [{ question: 'Which?' }, undefined],
  [{ question: '' }, '/question'],
  [{}, "'question'"],
  [{ question: 'Which?', more: 1 }, 'additional properties'],
])('%j', (args, problem) => {
  const wrong = checkArguments(createAskPerson('person', spec), args);
  if (problem === undefined) expect(wrong).toBeUndefined();
  else expect(wrong).toContain(problem);
});

test('it is never made by itself', () => {
  expect(() => createAskPerson('person', spec).execute({}, {} as never)).toThrow('nobody was asked');
});

test('a rehearsal leaves it as it is', async () => {
  const options = {
    params: {},
    virtual: true,
    lineFile: () => ({}) as never,
    folder: () => ({}) as never,
    tell: () => {},
  };
  const { tools } = await openTools('person', spec, options);
  expect(tools).toMatchObject([{ name: 'person', approval: { kind: 'question' } }]);
});
