import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { readTape } from '../../src/base/tape/read-tape.ts';
import { writeTape } from '../../src/base/tape/write-tape.ts';
import { makeToolkit, playToolkit, recordToolkit } from '../../src/conduct/toolkit.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { runToolCall } from '../../src/tools/call.ts';
import { context, request } from '../model/requests.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { createContext } from '../tools/tool-context.ts';

const scenario = parseScenario(
  JSON.stringify({
    name: 's',
    models: { m: { rules: [{ reply: 'recorded' }] } },
    tools: { sum: { builtin: 'calculate' } },
    agents: { a: { count: 1, model: 'm', tools: ['sum'], observe: 'x' } },
  }),
  { name: 's', folder: import.meta.dirname },
);
const options = { virtual: true, tools: [], models: [], tell: () => undefined };

test('what a recorded kit answers, one that plays the tape answers too, and nothing else', async () => {
  const path = join(temporaryFolder(), 'tape.jsonl');
  const kit = await recordToolkit(await makeToolkit(scenario, options), writeTape(path), { scenario: 's', seed: 7 });
  const recorded = await kit.models.get('m')?.decide(request(), context());
  expect(recorded?.reply).toBe('recorded');
  await kit.close();
  const tape = await readTape(path, () => undefined);
  expect(tape.header).toMatchObject({ scenario: 's', seed: 7 });
  const played = await playToolkit(scenario, tape, options);
  expect(await played.models.get('m')?.decide(request(), context())).toEqual(recorded);
  expect(played.tools.get('sum')?.description).toBe(kit.tools.get('sum')?.description);
  await expect(played.models.get('m')?.decide(request(), context(undefined, 1, '2/model'))).rejects.toMatchObject({
    code: 'REPLAY_MISSING',
  });
});

test('what is played costs what it cost, and takes as long as it took', async () => {
  const priced = parseScenario(
    JSON.stringify({
      name: 's',
      models: {
        m: {
          rules: [{ reply: 'late', tokens: { input: 1_000, output: 10 } }],
          latency: '90s',
          price: { input: 2, output: 5 },
        },
      },
      agents: { a: { count: 1, model: 'm', observe: 'x' } },
      limits: { concurrency: { m: 1 } },
    }),
    { name: 's', folder: import.meta.dirname },
  );
  const path = join(temporaryFolder(), 'tape.jsonl');
  const kit = await recordToolkit(await makeToolkit(priced, options), writeTape(path), { scenario: 's', seed: 7 });
  const clock = createVirtualClock();
  const both = (models: typeof kit.models) =>
    Promise.all(
      [1, 2].map(async (turn) => {
        const { usage } = (await models.get('m')?.decide(request(), context(clock, turn, `${turn}/model`))) ?? {};
        return [usage?.costUsd, Math.round(clock.elapsed())];
      }),
    );
  // The second waits for the first: longer, in all, than a single try may take.
  expect(await both(kit.models)).toEqual([
    [0.00205, 90_000],
    [0.00205, 180_000],
  ]);
  await kit.close();
  const played = await playToolkit(priced, await readTape(path, () => undefined), options);
  expect(await both(played.models)).toEqual([
    [0.00205, 270_000],
    [0.00205, 360_000],
  ]);
});

test('what agents say to each other is neither recorded nor played: it is said again', async () => {
  const talking = parseScenario(
    JSON.stringify({
      name: 's',
      models: { m: { rules: [{ reply: 'x' }] } },
      tools: { tell: { builtin: 'send' }, sum: { builtin: 'calculate' } },
      agents: { a: { count: 2, model: 'm', tools: ['tell', 'sum'], observe: 'x' } },
    }),
    { name: 's', folder: import.meta.dirname },
  );
  const path = join(temporaryFolder(), 'tape.jsonl');
  const kit = await recordToolkit(await makeToolkit(talking, options), writeTape(path), { scenario: 's', seed: 7 });
  const call = { id: 'c', name: 'tell', args: { to: 'a/1', body: 'hi' } };
  const said = async (tools: typeof kit.tools) => {
    const sent: string[][] = [];
    const send = async (...given: string[]) => void sent.push(given);
    const { content } = await runToolCall(call, tools.get('tell'), createContext({ mail: { send } }));
    return { content, sent };
  };
  const first = await said(kit.tools);
  expect(first).toEqual({ content: { sent: true }, sent: [['a/1', 'hi']] });
  await kit.close();
  const tape = await readTape(path, () => undefined);
  expect(Object.keys(tape.header.tools)).toEqual(['sum']);
  const played = await playToolkit(talking, tape, options);
  expect([...played.tools.keys()].sort()).toEqual(['sum', 'tell']);
  expect(await said(played.tools)).toEqual(first);
});
