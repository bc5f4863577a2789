import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { TroupeError } from '../../src/base/errors.ts';
import { readTape } from '../../src/base/tape/read-tape.ts';
import { writeTape } from '../../src/base/tape/write-tape.ts';
import type { Model, ModelContext } from '../../src/model/model.ts';
import { createRecordingModel, createReplayingModel } from '../../src/model/tape-model.ts';
import type { Decision } from '../../src/protocol.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { context, request } from './requests.ts';

const contextOf = (callId = '1/model', clock = createVirtualClock()) =>
  Object.assign(context(clock, 1, callId), { tell: () => undefined }) as ModelContext;

const decision: Decision = {
  reply: 'Yes.',
  toolCalls: [{ id: 'call-1-1', name: 'search', args: { q: 'disk' }, malformed: 'cut off' }],
  final: false,
  usage: { inputTokens: 10, outputTokens: 2, cachedInputTokens: 4, costUsd: 0.25 },
  serviceMs: 700,
  flaw: 'too short',
};

const ask = (text: string) => request(undefined, { transcript: [{ role: 'user', content: text }] });

/** Records what a model does, and gives a replaying one. */
async function recorded(decide: Model['decide'], make: (model: Model) => Promise<unknown>): Promise<Model> {
  const path = join(temporaryFolder(), 'run.jsonl');
  const tape = writeTape(path);
  tape.begin({ scenario: 's', seed: 1, tools: {}, sets: {} });
  await make(createRecordingModel({ name: 'writer', decide }, tape));
  tape.close();
  return createReplayingModel('writer', await readTape(path, (text) => expect.unreachable(text)));
}

/** Takes so long, and then does that. */
const taking =
  (ms: number, work: () => Decision): Model['decide'] =>
  async (_, callContext) => {
    await callContext.sleep(ms);
    return work();
  };

describe('a recorded model call', () => {
  test('gives what the model gives, and again in a replay, after the same time', async () => {
    const replaying = await recorded(
      taking(1_500, () => decision),
      async (model) => expect(await model.decide(ask('Go'), contextOf())).toBe(decision),
    );
    const clock = createVirtualClock();
    expect(await replaying.decide(ask('Go'), contextOf('1/model', clock))).toEqual(decision);
    expect(clock.elapsed()).toBe(1_500);
  });

  test.each<[string, Error, object]>([
    [
      'error of ours',
      new TroupeError('MODEL_REFUSED', 'It will not'),
      { code: 'MODEL_REFUSED', message: 'It will not' },
    ],
    ['error of another kind', new TypeError('Odd'), { message: 'Odd' }],
  ])('fails with the same %s', async (_, error, expected) => {
    const fail = taking(300, () => {
      throw error;
    });
    const replaying = await recorded(fail, (model) => expect(model.decide(ask('Go'), contextOf())).rejects.toBe(error));
    const clock = createVirtualClock();
    await expect(replaying.decide(ask('Go'), contextOf('1/model', clock))).rejects.toMatchObject(expected);
    expect(clock.elapsed()).toBe(300);
  });

  test('is recorded also when the model throws at once', async () => {
    const thrower: Model['decide'] = () => {
      throw new TroupeError('BUDGET', 'No more');
    };
    const replaying = await recorded(thrower, (model) =>
      expect(model.decide(ask('Go'), contextOf())).rejects.toMatchObject({ code: 'BUDGET' }),
    );
    await expect(replaying.decide(ask('Go'), contextOf())).rejects.toMatchObject({
      code: 'BUDGET',
      message: 'No more',
    });
  });

  test('passes on who listens, and closes what it records', async () => {
    const seen: unknown[] = [];
    const tape = writeTape(join(temporaryFolder(), 'run.jsonl'));
    const inner: Model = {
      name: 'writer',
      decide: async (...args) => {
        seen.push(...args);
        return decision;
      },
      close: async () => void seen.push('closed'),
    };
    const model = createRecordingModel(inner, tape);
    const [asked, callContext, onLimits] = [ask('Go'), contextOf(), () => undefined];
    await model.decide(asked, callContext, onLimits);
    await model.close?.();
    expect(seen).toEqual([asked, callContext, onLimits, 'closed']);
    expect(model.name).toBe('writer');
    tape.close();
  });
});

describe('a replayed model call', () => {
  test('that was not recorded is refused with its place', async () => {
    const replaying = await recorded(
      taking(0, () => decision),
      (model) => model.decide(ask('Go'), contextOf()),
    );
    await expect(replaying.decide(ask('Go'), contextOf('2/model'))).rejects.toMatchObject({
      code: 'REPLAY_MISSING',
      message: expect.stringMatching(
        /^Cannot replay model call "2\/model" of agent "analyst\/3" in turn 1: ".*" has no such call, the last one of this agent is "1\/model"/,
      ),
    });
    await expect(replaying.decide(ask('Stay'), contextOf())).rejects.toMatchObject({
      code: 'REPLAY_MISSING',
      message: expect.stringContaining('message 1: user "Stay" instead of user "Go"'),
    });
  });

  test('ends at once when it is aborted', async () => {
    const replaying = await recorded(
      taking(5_000, () => decision),
      (model) => model.decide(ask('Go'), contextOf()),
    );
    const callContext = contextOf();
    const waiting = replaying.decide(ask('Go'), callContext);
    callContext.abort(new TroupeError('ABORTED', 'Stopped'));
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('that was cut short waits for whoever does so again, and then says so', async () => {
    const replaying = await recorded(
      taking(5_000, () => decision),
      async (model) => {
        const clock = createVirtualClock();
        const callContext = contextOf('1/model', clock);
        clock.setTimer(800, () => callContext.abort(new TroupeError('ABORTED', 'The agent was stopped')));
        await expect(model.decide(ask('Go'), callContext)).rejects.toMatchObject({ code: 'ABORTED' });
      },
    );
    const clock = createVirtualClock();
    await expect(replaying.decide(ask('Go'), contextOf('1/model', clock))).rejects.toMatchObject({
      code: 'REPLAY_MISSING',
      message: expect.stringContaining('it was cut short when it was recorded: The agent was stopped'),
    });
    expect(clock.elapsed()).toBe(1_800);
  });

  test('at whose deadline it was aborted fails as it did', async () => {
    const late = new TroupeError('MODEL_TIMEOUT', 'No answer');
    const replaying = await recorded(
      taking(5_000, () => decision),
      async (model) => {
        const callContext = contextOf();
        callContext.clock.setTimer(800, () => callContext.abort(late));
        await expect(model.decide(ask('Go'), callContext)).rejects.toBe(late);
      },
    );
    const clock = createVirtualClock();
    await expect(replaying.decide(ask('Go'), contextOf('1/model', clock))).rejects.toMatchObject({
      code: 'MODEL_TIMEOUT',
      message: 'No answer',
    });
    expect(clock.elapsed()).toBe(800);
  });
});
