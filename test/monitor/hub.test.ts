import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RunSummary } from '../../src/protocol.ts';
import { serveHub } from './serve-hub.ts';
import { createManualClock } from './server/manual-clock.ts';
import { stubSource } from './stub-source.ts';

const MESSAGE_MAX = 64 * 1_024;

describe('a client of /ws', () => {
  test('is welcomed with everything that it must know', async () => {
    const stub = stubSource({ desk: 3, scout: 2 });
    stub.emit({ type: 'agent.started', agent: 'desk/1', group: 'desk' });
    const { connect } = await serveHub(stub);
    expect(await (await connect('/ws?control')).first('welcome')).toEqual({
      type: 'welcome',
      protocol: 'troupe.v1',
      version: '1.2.3',
      control: true,
      run: {
        id: 'run-4711',
        scenario: 'front-office',
        status: 'running',
        seed: 1,
        virtual: false,
        startedAt: '2026-01-01T00:00:00.000Z',
        agents: 5,
        live: true,
        from: 0,
      },
      groups: [
        { name: 'desk', first: 0, count: 3, model: 'clerk', tools: [] },
        { name: 'scout', first: 3, count: 2, model: 'clerk', tools: [] },
      ],
      machines: { agent: { id: 'agent', initial: 'observe' } },
      at: 1,
      states: '.o...',
    });
    expect((await (await connect('/ws')).first('welcome')).control).toBe(false);
  });

  test('hears when the run drains, stalls, ends, and when its numbers are there', async () => {
    const stub = stubSource({ desk: 1 });
    const { hub, connect } = await serveHub(stub);
    const [client, other] = await Promise.all([connect(), connect('/ws?control')]);
    await Promise.all([client.first('welcome'), other.first('welcome')]);
    stub.emit({ type: 'run.draining', reason: 'x' });
    stub.emit({ type: 'run.finished', status: 'interrupted' });
    hub.finish({ status: 'done', turns: 7 } as RunSummary);
    await client.first('run', ({ run }) => run.summary?.turns === 7);
    await other.first('run', ({ run }) => run.summary?.turns === 7);
    expect(client.messages.slice(1).map(({ run }) => [run.status, run.live])).toEqual([
      ['running', true],
      ['interrupted', false],
      ['done', false],
    ]);
    expect((await (await connect('/ws?control')).first('welcome')).control).toBe(false);
  });

  test.each([
    ['one byte over 64 KiB', 'x'.repeat(MESSAGE_MAX + 1), 1009],
    ['a megabyte', 'x'.repeat(1_024 * 1_024), 1009],
    ['a megabyte, binary', Buffer.alloc(1_024 * 1_024), 1009],
    ['64 KiB that are no message', 'x'.repeat(MESSAGE_MAX), 1008],
    ['nothing', '', 1008],
    ['no JSON', '{', 1008],
    ['no message', '{"type":"hello"}', 1008],
    ['a binary message', Buffer.from('{"type":"get","topic":"charts"}'), 1008],
  ])('that sends %s is closed and told why', async (_, data, code) => {
    const stub = stubSource({ desk: 1 });
    const { server, connect } = await serveHub(stub);
    const [client, other] = [await connect(), await connect()];
    client.send(data);
    expect((await client.closed).code).toBe(code);
    const errors = client.messages.filter(({ type }) => type === 'error');
    expect(errors).toEqual(
      code === 1008 ? [{ type: 'error', code: 'BAD_MESSAGE', message: expect.stringContaining('Cannot read') }] : [],
    );
    expect(await other.ask({ type: 'get', topic: 'charts' })).toMatchObject({ type: 'charts' });
    await vi.waitFor(() => expect(server.clients.size).toBe(1));
  });

  test('that breaks the protocol of frames harms nobody', async () => {
    const stub = stubSource({ desk: 1 });
    const { connect, server } = await serveHub(stub);
    const [client, other] = [await connect(), await connect()];
    // An unmasked frame, with reserved bits set.
    (client.socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(
      Buffer.from('ff05deadbeef', 'hex'),
    );
    expect([1002, 1006]).toContain((await client.closed).code);
    expect(await other.ask({ type: 'get', topic: 'charts' })).toMatchObject({ type: 'charts' });
    await vi.waitFor(() => expect(server.clients.size).toBe(1));
  });

  test('gets 33 requests at once answered, the last with TOO_MANY', async () => {
    const { connect } = await serveHub(stubSource({ desk: 1 }));
    const client = await connect();
    // In one packet, so that they come at once.
    const { _socket: tcp } = client.socket as unknown as { _socket: { cork(): void; uncork(): void } };
    tcp.cork();
    const answers = Array.from({ length: 33 }, () => client.ask({ type: 'get', topic: 'agent', agent: 'desk/0' }));
    tcp.uncork();
    const types = (await Promise.all(answers)).map(({ type, code }) => code ?? type);
    expect(types).toEqual([...Array(32).fill('agent'), 'TOO_MANY']);
  });
});

describe('secrets', () => {
  test('reach nobody, in whatever message they are', async () => {
    vi.stubEnv('SHOP_API_KEY', 'sk-1234567890abcdef');
    vi.stubEnv('DB_PASSWORD', 'p"a\\s\u00e9w0rd!');
    onTestFinished(() => void vi.unstubAllEnvs());
    const stub = stubSource({ desk: 1 });
    const { hub, connect } = await serveHub(stub);
    const [client, inspecting] = [await connect(), await connect('/inspect')];
    for (const topic of ['log', 'fleet', 'charts'] as const) await client.ask({ type: 'subscribe', topic });
    await client.ask({ type: 'subscribe', topic: 'agent', agent: 'desk/0' });
    const content = {
      text: `The key is ${process.env.SHOP_API_KEY}, mind it; ${process.env.DB_PASSWORD}.`,
      'sk-1234567890abcdef': 1,
      password: 'hunter2hunter2',
      nested: [{ token: 'tok-of-somebody', api_key: 'k-of-somebody', Authorization: 'Bearer of-somebody' }],
    };
    const call = { id: 'c1', name: 'lookup', args: content };
    stub.step('desk/0', { type: 'begin', ...content }, 'decide', { last: content });
    stub.emit({ type: 'tool.started', agent: 'desk/0', turn: 1, call });
    const result = { callId: 'c1', name: 'lookup', isError: false, content, serviceMs: 1 };
    stub.emit({ type: 'tool.finished', agent: 'desk/0', turn: 1, result, durationMs: 1 });
    stub.emit({ type: 'run.draining', reason: content.text });
    hub.finish({ status: 'failed', error: { code: 'ERROR', message: content.text } } as RunSummary);
    await client.until(({ type, events }) => type === 'log' && events.length >= 3);
    await client.until(({ type, events }) => type === 'events' && events[0].type === 'tool.finished');
    await client.first('run', ({ run }) => run.summary !== undefined);
    await inspecting.until(({ type, snapshot }) => type === '@xstate.snapshot' && snapshot.output !== undefined);
    for (const { messages } of [client, inspecting]) {
      const text = JSON.stringify(messages);
      expect(text).toContain('[redacted]');
      expect(text).not.toMatch(/sk-1234567890abcdef|w0rd!|hunter2|of-somebody/);
    }
  });
});

describe('what has gone leaves nothing behind', () => {
  test.each(['close', 'terminate'] as const)('by %s', async (how) => {
    const stub = stubSource({ desk: 2 });
    const clock = createManualClock();
    const { server, connect } = await serveHub(stub, clock);
    const [client, inspecting] = [await connect(), await connect('/inspect')];
    for (const topic of ['fleet', 'log', 'charts'] as const) await client.ask({ type: 'subscribe', topic });
    await client.ask({ type: 'subscribe', topic: 'agent', agent: 'desk/0' });
    expect(stub.inspector).toBeDefined();
    expect(clock.isIdle).toBe(false);
    for (const { socket } of [client, inspecting]) socket[how]();
    await vi.waitFor(() => expect(server.clients.size).toBe(0));
    clock.advance(1_000);
    expect(clock.isIdle).toBe(true);
    expect(stub.inspector).toBeUndefined();
    // The hub's own, as long as it is there.
    expect(stub.listeners.size).toBe(1);
    const read = vi.spyOn(stub.source, 'journal');
    stub.emit({ type: 'agent.waiting', agent: 'desk/0', for: 'x' });
    expect(read).not.toHaveBeenCalled();
  });

  test('when the hub has stopped, the run has no listener and the clock no timer', async () => {
    const stub = stubSource({ desk: 1 });
    const clock = createManualClock();
    const { hub, connect } = await serveHub(stub, clock);
    const client = await connect();
    await client.ask({ type: 'subscribe', topic: 'fleet' });
    hub.stop();
    expect(stub.listeners.size).toBe(0);
    expect(clock.isIdle).toBe(true);
    expect(stub.history.onChunk).toBeUndefined();
  });
});

describe('a client of /inspect', () => {
  test.each([
    ['an agent that is not there', '?agent=desk/9', 'Cannot find agent "desk/9"'],
    ['a group that is not there', '?group=nobody', 'Cannot find group "nobody"'],
    ['a name of many bytes', `?agent=${encodeURIComponent('受付'.repeat(90))}`, 'Cannot find agent "'],
    ['a name with half a letter', '?agent=%F0%9F%98', 'Cannot find agent "'],
    ['an empty name', '?agent=', 'Cannot find agent ""'],
  ])('that asks for %s is told so', async (_, query, reason) => {
    const stub = stubSource({ desk: 1 });
    const { connect } = await serveHub(stub);
    const client = await connect(`/inspect${query}`);
    expect(await client.closed).toEqual({ code: 1008, reason: expect.stringContaining(reason) });
    expect(client.messages).toEqual([]);
    expect(stub.inspector).toBeUndefined();
  });

  test('is not listened to, and cannot send much', async () => {
    const { connect } = await serveHub(stubSource({ desk: 1 }));
    const client = await connect('/inspect');
    client.send('{"type":"command","command":{"type":"run.pause"}}');
    client.send(Buffer.from([0, 1, 2]));
    client.send('x'.repeat(MESSAGE_MAX + 1));
    expect((await client.closed).code).toBe(1009);
  });
});
