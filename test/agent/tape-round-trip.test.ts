import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTape } from '../../src/base/tape/read-tape.ts';
import { writeTape } from '../../src/base/tape/write-tape.ts';
import type { TapeWriter } from '../../src/base/tape.ts';
import type { ModelContext } from '../../src/model/model.ts';
import { createRecordingModel, createReplayingModel } from '../../src/model/tape-model.ts';
import type { Decision, ModelRequest, RunEvent } from '../../src/protocol.ts';
import { createRecall } from '../../src/tools/builtin/recall.ts';
import { createRemember } from '../../src/tools/builtin/remember.ts';
import { createMailTool } from '../../src/tools/mail/create-mail-tool.ts';
import { createRecordingTool, createReplayingTools, toTapedTools } from '../../src/tools/tape-tool.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { createHarness, decision, type HarnessOptions, tool } from './harness.ts';

const terms = { timeoutMs: 30_000, shared: true } as const;

const tools = [
  tool('probe', async (args, context) => {
    context.log(`probing ${args.host}`);
    await context.sleep(context.random.int(100, 900));
    if (args.host === 'db-1') throw new Error('Unreachable');
    return { host: String(args.host), load: context.random.next() };
  }),
  createMailTool('send', { builtin: 'send', timeoutMs: 30_000 }),
  createRemember('remember', { builtin: 'remember', ...terms }),
  createRecall('recall', { builtin: 'recall', ...terms }),
];

/** Probes, notes what was found, tells the next agent, and looks at what all have noted. */
function decide({ spec, observation, step }: ModelRequest): Partial<Decision> {
  const call = (name: string, args: object) => ({ id: `call-${step}-${name}`, name, args: { ...args } });
  if (observation.kind === 'message') return { reply: `Heard: ${observation.text}` };
  if (step === 1) return { toolCalls: [call('probe', { host: `db-${spec.index}` }), call('none', {})] };
  if (step === 2) {
    const found = JSON.stringify(observation.results?.[0]?.content);
    const to = `agent/${(spec.index + 1) % 3}`;
    const toolCalls = [call('remember', { key: spec.id, text: found }), call('send', { to, body: found })];
    return { toolCalls, kept: { of: spec.id } };
  }
  if (step === 3) return { toolCalls: [call('recall', { query: 'agent', limit: 20 })] };
  return { reply: `Done: ${observation.text}` };
}

const group: NonNullable<HarnessOptions['group']> = { observe: { items: [], inbox: true } };

async function perform(options: Pick<HarnessOptions, 'decide' | 'tools' | 'items'>) {
  const harness = createHarness({ ...options, count: 3, group });
  await harness.run();
  return { events: harness.events, memory: harness.memory };
}

async function record(path: string) {
  const tape: TapeWriter = writeTape(path);
  // As the toolkit does: what works inside of the run alone is not on the tape.
  const byName = new Map(tools.flatMap((one) => (one.internal === true ? [] : [[one.name, one] as const])));
  tape.begin({ scenario: 's', seed: 1, ...toTapedTools({ tools: byName, sets: new Map() }) });
  const answer = async (request: ModelRequest, context: ModelContext) => {
    await context.sleep(context.random.int(500, 3_000));
    return decision(decide(request));
  };
  const model = createRecordingModel({ name: 'model', decide: answer }, tape);
  const run = await perform({
    decide: (request, context) => model.decide(request, context as ModelContext),
    tools: tools.map((one) => (one.internal === true ? one : createRecordingTool(one, tape))),
  });
  tape.close();
  return run;
}

async function replay(path: string, change: Pick<HarnessOptions, 'items'> = {}) {
  const tape = await readTape(path, (text) => expect.unreachable(text));
  const model = createReplayingModel('model', tape);
  const played = createReplayingTools(tape).tools;
  return perform({
    decide: (request, context) => model.decide(request, context as ModelContext),
    tools: tools.map((one) => played.get(one.name) ?? one),
    ...change,
  });
}

/** What agents did and were told, each agent's in order; not how agents of the same moment came. */
function storyOf(events: readonly RunEvent[], agent: string) {
  return events.flatMap(({ seq, ...event }) => ('agent' in event && event.agent === agent ? [event] : []));
}

test('a run that was recorded is the same in a replay, without models and tools', async () => {
  const path = join(temporaryFolder(), 'run.jsonl');
  const recorded = await record(path);
  const replayed = await replay(path);
  for (const agent of ['agent/0', 'agent/1', 'agent/2']) {
    const story = storyOf(recorded.events, agent);
    expect(story.filter(({ type }) => type === 'agent.replied').length).toBeGreaterThan(1);
    expect(storyOf(replayed.events, agent)).toEqual(story);
    const transcript = await recorded.memory.transcript('run', agent);
    expect(JSON.stringify(transcript)).toContain(JSON.stringify({ kept: { of: agent } }).slice(1, -1));
    expect(await replayed.memory.transcript('run', agent)).toEqual(transcript);
  }
  // What it did in the run it has done again.
  expect(replayed.events.filter(({ type }) => type === 'message.sent')).toHaveLength(3);
  expect(await replayed.memory.notes('run', '')).toEqual(await recorded.memory.notes('run', ''));
  expect(await replayed.memory.notes('run', '')).toHaveLength(3);
});

test('a tape gives the same events each time', async () => {
  const path = join(temporaryFolder(), 'run.jsonl');
  await record(path);
  const events = JSON.stringify((await replay(path)).events);
  expect(JSON.stringify((await replay(path)).events)).toBe(events);
});

test('the same run gives the same tape', async () => {
  const paths = ['a', 'b'].map((name) => join(temporaryFolder(), name));
  for (const path of paths) await record(path);
  const [first, second] = paths.map((path) => readFileSync(path, 'utf8'));
  expect(second).toBe(first);
});

test('a scenario that has changed fails, and says where the conversation is another one', async () => {
  const path = join(temporaryFolder(), 'run.jsonl');
  await record(path);
  const { events } = await replay(path, { items: [{ template: 'Stay' }] });
  const failures = events.filter((event) => event.type === 'model.failed');
  expect(failures.map(({ agent }) => agent).sort()).toEqual(['agent/0', 'agent/1', 'agent/2']);
  expect(failures[0]?.error).toEqual({
    code: 'REPLAY_MISSING',
    message: expect.stringContaining('message 1: user "Stay" instead of user "Go"'),
  });
});
