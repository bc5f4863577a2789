import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { MCP_LOG_LINES, MCP_MESSAGE_MAX_CHARS } from '../../../src/base/limits.ts';
import { createContext } from '../tool-context.ts';
import { eventually, openTools, scriptServer, toSpec } from './mcp-setup.ts';

const OK = 'ok: (m) => answer(m, "ok")';
const open = (tools: string, extra = '') => openTools(toSpec(scriptServer(`${OK}, ${tools}`, extra)));

describe('a call that is aborted', () => {
  const HEARS = `
    const heard = [];
    onMessage = (message) => { if (message.method.endsWith('cancelled')) heard.push(message.params.requestId); };
    let hanging;`;
  const tools = `
    hang: (m) => { hanging = m; },
    late: (m) => { answer(hanging, 'late'); answer(m, JSON.stringify([hanging.id, heard])); }`;

  test('is cancelled on the server, whose late answer is ignored', async () => {
    const { call, types, logged } = await open(tools, HEARS);
    const context = createContext({ clock: createRealClock() });
    const hanging = call('hang', {}, context);
    hanging.catch(() => undefined);
    await call('ok');
    context.abort();
    await expect(hanging).rejects.toThrow('aborted');
    const [id, heard] = JSON.parse(String(await call('late'))) as [number, number[]];
    expect(heard).toEqual([id]);
    expect(await call('ok')).toBe('ok');
    expect([types(), logged()]).toEqual([[], []]);
  });

  test('before it is made is not made; after its answer nothing is cancelled', async () => {
    const { call } = await open(`${tools}, count: (m) => answer(m, String(heard.length))`, HEARS);
    const context = createContext({ clock: createRealClock() });
    context.abort();
    await expect(call('hang', {}, context)).rejects.toThrow('aborted');
    const answered = createContext({ clock: createRealClock() });
    expect(await call('ok', {}, answered)).toBe('ok');
    answered.abort();
    expect(await call('count')).toBe('0');
  });
});

describe('what a server answers', () => {
  test('errors of the protocol fail the call with their message', async () => {
    const { call } = await open('bad: ({ id }) => send({ id, error: { code: -32602, message: "no such thing" } })');
    await expect(call('bad')).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: 'Tool "bad" failed: no such thing',
    });
  });

  test('what is no result fails the call', async () => {
    const { call } = await open('bad: ({ id }) => send({ id, result: { content: "text" } })');
    await expect(call('bad')).rejects.toThrow('Tool "bad" failed: its answer is not as the protocol has it');
  });

  test('answers to nobody are ignored', async () => {
    const { call, types } = await open(
      'odd: (m) => { answer({ id: 999 }, "x"); answer({ id: "a" }, "x"); answer({ id: m.id - 1 }, "x"); answer(m, "right"); }',
    );
    expect(await call('odd')).toBe('right');
    expect(types()).toEqual([]);
  });

  test('answers may come in any order', async () => {
    const { call } = await open(
      'wait: (m) => { held.push(m); if (held.length === 20) for (const one of held.reverse()) answer(one, one.params.arguments.n); }',
      'const held = [];',
    );
    const numbers = Array.from({ length: 20 }, (_, n) => String(n));
    expect(await Promise.all(numbers.map((n) => call('wait', { n })))).toEqual(numbers);
  });

  test.each([
    '{ jsonrpc: "2.0", id: m.id, result }',
    '{ result, jsonrpc: "2.0", id: m.id }',
  ])('one that is too long fails its call and no other: %s', async (message) => {
    const big = `big: (m) => {
        const result = { content: [{ type: 'text', text: 'x'.repeat(${MCP_MESSAGE_MAX_CHARS}) }] };
        process.stdout.write(JSON.stringify(${message}) + '\\n');
        answer(held, 'held');
      }, hold: (m) => { held = m; }`;
    const { call, types } = await open(big, 'let held;');
    const held = call('hold');
    await expect(call('big')).rejects.toThrow(
      `Tool "big" failed: the answer is longer than ${MCP_MESSAGE_MAX_CHARS} characters`,
    );
    expect(await held).toBe('held');
    expect(types()).toEqual([]);
  });

  test('a line without end is its end', async () => {
    const { call, types } = await open(
      `big: () => { process.stdout.write('x'.repeat(${MCP_MESSAGE_MAX_CHARS} + 10) + '\\n'); }`,
    );
    await expect(call('big')).rejects.toThrow('it wrote a line of more than');
    expect(await call('ok')).toBe('ok');
    expect(types()).toEqual(['server.down', 'server.up']);
  });
});

describe('what a server says unasked', () => {
  test('what is no message is part of its log', async () => {
    const { call, told } = await open(
      'bad: (m) => { process.stdout.write("hello\\n{}\\n[1]\\n"); answer(m, "fine"); }',
      'console.error("starting");',
    );
    expect(await call('bad')).toBe('fine');
    expect(told).toMatchObject([
      { type: 'server.logged', server: 'server', level: 'stderr', text: 'starting' },
      { level: 'stdout', text: 'hello' },
      { level: 'stdout', text: '{}' },
      { level: 'stdout', text: '[1]' },
    ]);
  });

  test('its log by the protocol is told with its level', async () => {
    const log = 'send({ method: "notifications/message", params: { level: "warning", data: DATA } });';
    const { call, told } = await open(
      `log: (m) => { ${log.replace('DATA', '"careful"')} ${log.replace('DATA', '{ a: 1 }')} answer(m, "x"); }`,
    );
    await call('log');
    await eventually(() => expect(told).toHaveLength(2));
    expect(told).toMatchObject([
      { type: 'server.logged', level: 'warning', text: 'careful' },
      { type: 'server.logged', level: 'warning', text: '{"a":1}' },
    ]);
  });

  test('requests to us are refused, a ping is answered', async () => {
    const ask = `ask: (m) => { asked = m; for (const [i, method] of METHODS.entries()) send({ id: 'q' + i, method, params: {} }); }`;
    const extra = `
      const METHODS = ['sampling/createMessage', 'roots/list', 'elicitation/create', 'unheard/of', 'ping'];
      const replies = [];
      let asked;
      onMessage = (message) => {
        if (typeof message.id !== 'string') return;
        replies.push(message.error ? message.error.code : 'fine');
        if (replies.length === METHODS.length) answer(asked, replies.join(' '));
      };`;
    const { call } = await open(ask, extra);
    expect(await call('ask')).toBe('-32601 -32601 -32601 -32601 fine');
  });

  test('a flood does not fill the log', async () => {
    const { call, logged } = await open(`flood: (m) => {
      for (let i = 0; i < 5_000; i++) send({ method: 'notifications/message', params: { level: 'info', data: 'line ' + i } });
      answer(m, 'done');
    }`);
    expect(await call('flood')).toBe('done');
    expect(logged()).toHaveLength(MCP_LOG_LINES);
  });
});

describe('a server that does not do its part', () => {
  test('closes its input', async () => {
    const { call, types } = await open(
      'shut: (m) => { require("fs").closeSync(0); setInterval(() => undefined, 1000); answer(m, "shut"); }',
    );
    expect(await call('shut')).toBe('shut');
    await eventually(async () => {
      await expect(call('ok')).rejects.toThrow('it does not take input any more');
    });
    expect(await call('ok')).toBe('ok');
    expect(types()).toEqual(['server.down', 'server.up']);
  });

  test('closes its output', async () => {
    const { call, types } = await open(
      'shut: () => { require("fs").closeSync(1); setInterval(() => undefined, 1000); }',
    );
    await expect(call('shut')).rejects.toThrow('it closed its output');
    expect(await call('ok')).toBe('ok');
    expect(types()).toEqual(['server.down', 'server.up']);
  });

  test('does not read its input', async () => {
    const { call } = await open('block: (m) => { process.stdin.pause(); answer(m, "blocked"); }');
    expect(await call('block')).toBe('blocked');
    const text = 'x'.repeat(1_000_000);
    const calls = await Promise.allSettled(Array.from({ length: 40 }, () => call('ok', { text })));
    for (const one of calls)
      expect(one).toMatchObject({ reason: { message: expect.stringContaining('it does not read its input') } });
    expect(await call('ok')).toBe('ok');
  });
});
