import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { TroupeError } from '../../src/base/errors.ts';
import { TOOL_RESULT_MAX_BYTES } from '../../src/base/limits.ts';
import { readTape } from '../../src/base/tape/read-tape.ts';
import { writeTape } from '../../src/base/tape/write-tape.ts';
import type { JsonObject, ToolCall, ToolResult } from '../../src/protocol.ts';
import { runToolCall } from '../../src/tools/call.ts';
import { createRecordingTool, createReplayingTools, toTapedTools } from '../../src/tools/tape-tool.ts';
import { withTerms } from '../../src/tools/terms/with-terms.ts';
import type { Tool, ToolContext } from '../../src/tools/tool.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { createContext, createTool } from './tool-context.ts';

const callOf = (args: JsonObject = {}): ToolCall => ({ id: 'call-1-1', name: 't', args });

/** Records what is done with a tool, and gives the one that replays it. */
async function recorded(tool: Tool, make: (tool: Tool) => Promise<unknown>): Promise<Tool> {
  const path = join(temporaryFolder(), 'run.jsonl');
  const tape = writeTape(path);
  const toolbox = { tools: new Map([[tool.name, tool]]), sets: new Map([['all', ['t']]]) };
  tape.begin({ scenario: 's', seed: 1, ...toTapedTools(toolbox) });
  await make(createRecordingTool(tool, tape));
  tape.close();
  const replaying = createReplayingTools(await readTape(path, (text) => expect.unreachable(text)));
  expect([...replaying.sets]).toEqual([['all', ['t']]]);
  return replaying.tools.get('t') ?? expect.unreachable('It has no tool');
}

/** The same call of a tool by itself, recorded, and replayed: its results, and what the last one took. */
async function threeTimes(tool: Tool, call = callOf()) {
  const plain = await runToolCall(call, tool, createContext());
  let first: ToolResult | undefined;
  const replaying = await recorded(tool, async (recording) => {
    first = await runToolCall(call, recording, createContext());
  });
  const clock = createVirtualClock();
  const again = await runToolCall(call, replaying, createContext({ clock }));
  return { plain, first, again, tookMs: clock.elapsed() };
}

describe('a tool call has the same result by itself, recorded, and replayed', () => {
  test.each<[string, Tool, ToolCall, number]>([
    ['a value', createTool(() => ({ found: [1, null, 'x'] })), callOf(), 0],
    ['after a while', createTool((_, c: ToolContext) => c.sleep(250).then(() => 'late')), callOf(), 250],
    [
      'with a time of its own',
      createTool((_, c: ToolContext) => {
        c.serviceMs = 90;
        return c.sleep(100).then(() => 1);
      }),
      callOf(),
      100,
    ],
    [
      'an error',
      createTool(() => {
        throw new Error('Broken');
      }),
      callOf(),
      0,
    ],
    ['an error of ours', createTool(async () => Promise.reject(new TroupeError('TOOL_FAILED', 'No'))), callOf(), 0],
    ['a missed deadline', createTool(() => new Promise(() => {})), callOf(), 1_000],
    [
      'arguments that do not fit',
      createTool(() => 1, { parameters: { type: 'object', required: ['q'] } }),
      callOf(),
      0,
    ],
    ['arguments that cannot be read', createTool(() => 1), { ...callOf(), malformed: 'it ends early' }, 0],
    ['a result that is too large', createTool(() => 'x'.repeat(TOOL_RESULT_MAX_BYTES + 9)), callOf(), 0],
    ['a result that is no JSON', createTool(() => new Map()), callOf(), 0],
  ])('%s', async (_, tool, call, ms) => {
    const { plain, first, again, tookMs } = await threeTimes(tool, call);
    expect(first).toEqual(plain);
    expect(again).toEqual(plain);
    expect(tookMs).toBe(ms);
    expect(JSON.stringify(again)).toBe(JSON.stringify(first));
  });
});

describe('a recording tool', () => {
  test('is the same to whoever looks at it', () => {
    const tool = createTool(() => 1, { effects: 'once', timeoutMs: 70, external: true });
    const tape = writeTape(join(temporaryFolder(), 'run.jsonl'));
    expect(createRecordingTool(tool, tape)).toMatchObject({ ...tool });
    tape.close();
  });

  test('records one call with all its tries', async () => {
    let tries = 0;
    const failing = createTool(
      async (_, context: ToolContext) => {
        await context.sleep(100);
        if (++tries < 3) throw new Error(`Try ${tries}`);
        return 'done';
      },
      { timeoutMs: 30_000 },
    );
    const [termed] = withTerms('t', [failing], { retries: 3 });
    const told: unknown[] = [];
    const tell = (fact: unknown) => told.push(fact);
    let first: ToolResult | undefined;
    const clock = createVirtualClock();
    const replaying = await recorded(termed!, async (recording) => {
      first = await runToolCall(callOf(), recording, createContext({ clock, tell }));
    });
    expect([tries, first?.content]).toEqual([3, 'done']);
    const again = createVirtualClock();
    expect(await runToolCall(callOf(), replaying, createContext({ clock: again, tell }))).toEqual(first);
    expect(again.elapsed()).toBeCloseTo(clock.elapsed(), 2);
    expect(tries).toBe(3);
    expect(told).toHaveLength(4);
    expect(told.slice(2)).toEqual(told.slice(0, 2));
  });
});

describe('a replayed tool', () => {
  test.each([70, Number.POSITIVE_INFINITY])('is described as it was, with a deadline of %d ms', async (deadlineMs) => {
    const more = { description: 'Does.', effects: 'idempotent', timeoutMs: deadlineMs, external: true } as const;
    const tool = createTool(() => 1, more);
    const { name, description, parameters, effects, timeoutMs } = tool;
    const replaying = await recorded(tool, async () => undefined);
    expect(replaying).toMatchObject({ name, description, parameters, effects, timeoutMs, external: false });
  });

  test('does in its run what it did, at the same times', async () => {
    const acting = createTool(async (_, context: ToolContext) => {
      await context.mail.send('a/2', 'hi');
      await context.sleep(100);
      await context.memory.remember('disk', 'full', { shared: true });
      context.log('noted');
      context.tell({ type: 'server.up', server: 's', tools: 1 });
      await context.sleep(50);
      return 'done';
    });
    const watched = () => {
      const clock = createVirtualClock();
      const seen: unknown[] = [];
      const see = (what: unknown) => seen.push([clock.elapsed(), what]);
      const memory = { remember: async (...args: unknown[]) => void see(args), all: async () => [] };
      return {
        seen,
        context: createContext({
          clock,
          mail: { send: async (to, body) => void see([to, body]) },
          log: see,
          tell: see,
          memory,
        }),
      };
    };
    const before = watched();
    const replaying = await recorded(acting, (tool) => runToolCall(callOf(), tool, before.context));
    const after = watched();
    const result = await runToolCall(callOf(), replaying, after.context);
    expect(after.seen).toEqual(before.seen);
    expect(after.seen.map(([at]: any) => at)).toEqual([0, 100, 100, 100]);
    expect([result.content, after.context.clock.elapsed()]).toEqual(['done', 150]);
  });

  test('asks again, but has the answer that it had, and does not wait for another', async () => {
    const asking = createTool(async (_, context: ToolContext) => (await context.mail.ask('a/2', 'how?')).text);
    const ask = async (to: string) => ({ from: to, text: 'fine' });
    const replaying = await recorded(asking, (tool) => runToolCall(callOf(), tool, createContext({ mail: { ask } })));
    const asked: string[][] = [];
    const never = (...args: string[]) => {
      asked.push(args);
      return new Promise<never>(() => {});
    };
    const { isError, content } = await runToolCall(callOf(), replaying, createContext({ mail: { ask: never } }));
    expect([isError, content, asked]).toEqual([false, 'fine', [['a/2', 'how?']]]);
  });

  test('has its recorded result also where a message cannot be sent this time', async () => {
    const sender = createTool(async (_, context: ToolContext) => {
      await context.mail.send('a/2', 'hi');
      return { sent: true };
    });
    const replaying = await recorded(sender, (tool) => runToolCall(callOf(), tool, createContext()));
    const send = () => Promise.reject(new TroupeError('MAILBOX_FULL', 'Cannot send to "a/2": it is full'));
    const { isError, content } = await runToolCall(callOf(), replaying, createContext({ mail: { send } }));
    expect([isError, content]).toEqual([false, { sent: true }]);
  });

  test.each<[string, string, JsonObject, RegExp]>([
    ['other arguments', '1/1', { q: 'b' }, /its arguments are {"q":"b"}, and were {"q":"a"}; record the run again$/],
    [
      'another place',
      '2/1',
      { q: 'a' },
      /^Cannot replay "t" call "2\/1" of agent "a\/1" in turn 1: ".*" has no such call/,
    ],
  ])('refuses a call with %s', async (_, callId, args, message) => {
    const replaying = await recorded(
      createTool(() => 1),
      (tool) => runToolCall(callOf({ q: 'a' }), tool, createContext()),
    );
    const { isError, content } = await runToolCall(callOf(args), replaying, createContext({ callId }));
    expect([isError, content]).toEqual([true, { error: expect.stringMatching(message) }]);
  });

  test('ends at once when it is aborted, whatever it waits for', async () => {
    const noting = createTool(async (_, context: ToolContext) => context.memory.remember('disk', 'full').then(() => 1));
    const replaying = await recorded(noting, (tool) => runToolCall(callOf(), tool, createContext()));
    const memory = { remember: () => new Promise<void>(() => {}), all: async () => [] };
    const context = createContext({ memory });
    const waiting = runToolCall(callOf(), replaying, context);
    context.clock.setTimer(30, () => context.abort(new TroupeError('ABORTED', 'The agent was stopped')));
    expect(await waiting).toMatchObject({ isError: true, content: { error: 'The agent was stopped' }, serviceMs: 30 });
    expect(await runToolCall(callOf(), replaying, context)).toMatchObject({ isError: true, serviceMs: 0 });
  });

  test('that was cut short gives whoever did so the time to do it again', async () => {
    const hanging = createTool(() => new Promise(() => {}), { timeoutMs: 9_000 });
    const replaying = await recorded(hanging, async (tool) => {
      const context = createContext();
      context.clock.setTimer(700, () => context.abort(new TroupeError('ABORTED', 'The agent was stopped')));
      await runToolCall(callOf(), tool, context);
    });
    const clock = createVirtualClock();
    const result = await runToolCall(callOf(), replaying, createContext({ clock }));
    expect(result).toMatchObject({ isError: true, content: { error: 'The agent was stopped' }, serviceMs: 700 });
    expect(clock.elapsed()).toBe(1_700);
  });

  test('can be executed by itself', async () => {
    const echo = createTool((args: JsonObject) => {
      if (args.fail) throw new Error('Broken');
      return args;
    });
    const replaying = await recorded(echo, async (tool) => {
      for (const args of [{ q: 1 }, { fail: true }]) await runToolCall(callOf(args), tool, createContext());
    });
    expect(await replaying.execute({ q: 1 }, createContext())).toEqual({ q: 1 });
    await expect(replaying.execute({ fail: true }, createContext())).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: 'Tool "t" failed: Broken',
    });
  });
});
