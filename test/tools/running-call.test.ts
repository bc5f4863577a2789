import { describe, expect, test } from 'vitest';
import { createRealClock, createVirtualClock } from '../../src/base/clock.ts';
import { TOOL_BLOCKED_AGAIN_MS, TOOL_BLOCKED_MS } from '../../src/base/limits.ts';
import type { RunFact, ToolResult } from '../../src/protocol.ts';
import { RunningCall } from '../../src/tools/running-call.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { createContext, createTool } from './tool-context.ts';

const call = { id: 'c1', name: 't', args: {} };
const start = (tool: Tool, context = createContext()) =>
  new Promise<ToolResult>((resolve) => new RunningCall(call, tool, context, resolve).start());

/** Real time, but only as far as a tool has blocked. */
function createBlockableClock() {
  const clock = createRealClock();
  let now = 1_000;
  const block = (ms: number): void => {
    now += ms;
  };
  return { block, clock: Object.assign(Object.create(clock), { elapsed: () => now, realElapsed: () => now }) };
}

test('settles once, whatever comes after the first result', async () => {
  const results: ToolResult[] = [];
  const context = createContext();
  const running = new RunningCall(
    call,
    createTool(() => 'first'),
    context,
    (result) => results.push(result),
  );
  expect(running.isSettled).toBe(false);
  running.start();
  context.abort();
  expect(running.isSettled).toBe(true);
  expect(results).toEqual([{ callId: 'c1', name: 't', isError: false, content: 'first', serviceMs: 0 }]);
});

describe('a tool that does not let go of the event loop', () => {
  const blocked = (facts: readonly RunFact[]) => facts.filter(({ type }) => type === 'tool.blocked');

  test('is named, with how long it was', async () => {
    const facts: RunFact[] = [];
    const { clock, block } = createBlockableClock();
    const tool = createTool(() => block(TOOL_BLOCKED_MS + 0.12345));
    await start(tool, createContext({ clock, agent: 'a/7', tell: (fact) => facts.push(fact) }));
    expect(facts).toEqual([
      { type: 'tool.blocked', agent: 'a/7', turn: 1, callId: 'c1', name: 't', blockedMs: TOOL_BLOCKED_MS + 0.123 },
    ]);
  });

  test('is named also when it throws, or goes on afterwards', async () => {
    for (const end of [() => Promise.resolve(1), () => Promise.reject(new Error('x'))]) {
      for (const isSync of [true, false]) {
        const facts: RunFact[] = [];
        const { clock, block } = createBlockableClock();
        const tool = createTool(() => {
          block(80);
          if (isSync) throw new Error('at once');
          return end();
        });
        await start(tool, createContext({ clock, tell: (fact) => facts.push(fact) }));
        expect(blocked(facts)).toHaveLength(1);
      }
    }
  });

  test('is named once a second, each tool for itself', async () => {
    const facts: RunFact[] = [];
    const { clock, block } = createBlockableClock();
    const tell = (fact: RunFact): void => void facts.push(fact);
    const tools = [createTool(() => block(60)), createTool(() => block(60))];
    for (let i = 0; i < 4; i++) for (const tool of tools) await start(tool, createContext({ clock, tell }));
    expect(blocked(facts)).toHaveLength(2);
    block(TOOL_BLOCKED_AGAIN_MS);
    for (const tool of tools) await start(tool, createContext({ clock, tell }));
    expect(blocked(facts)).toHaveLength(4);
  });

  test('is named again in another run, whose clock is behind', async () => {
    const facts: RunFact[] = [];
    const tell = (fact: RunFact): void => void facts.push(fact);
    let block = (_ms: number): void => undefined;
    const tool = createTool(() => block(60));
    for (const ahead of [5_000, 0]) {
      const blockable = createBlockableClock();
      blockable.block(ahead);
      block = blockable.block;
      await start(tool, createContext({ clock: blockable.clock, tell }));
    }
    expect(blocked(facts)).toHaveLength(2);
  });

  test('goes unnamed when it was short, or only waits', async () => {
    const facts: RunFact[] = [];
    const { clock, block } = createBlockableClock();
    const tell = (fact: RunFact): void => void facts.push(fact);
    await start(
      createTool(() => block(TOOL_BLOCKED_MS - 1)),
      createContext({ clock, tell }),
    );
    await start(
      createTool(async () => {
        await undefined;
        block(500);
      }),
      createContext({ clock, tell }),
    );
    expect(facts).toEqual([]);
  });

  test('goes unnamed in a rehearsal, which must not depend on how fast this machine is', async () => {
    const facts: RunFact[] = [];
    const clock = createVirtualClock();
    const tool = createTool(() => {
      const until = clock.realElapsed() + TOOL_BLOCKED_MS + 5;
      while (clock.realElapsed() < until);
    });
    await start(tool, createContext({ clock, tell: (fact) => facts.push(fact) }));
    expect(facts).toEqual([]);
  });
});
