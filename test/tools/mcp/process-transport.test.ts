import { expect, test, vi } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { MCP_MESSAGE_MAX_CHARS } from '../../../src/base/limits.ts';
import { ProcessTransport } from '../../../src/tools/mcp/process-transport.ts';
import { eventually, tempFolder } from './mcp-setup.ts';

interface Message {
  readonly id?: number;
  readonly error?: { readonly message: string };
}

function create(code: string) {
  const logs: [string, string][] = [];
  const ends: string[] = [];
  const messages: Message[] = [];
  const transport = new ProcessTransport<Message>({
    command: process.execPath,
    args: ['-e', code],
    folder: tempFolder(),
    env: {},
    clock: createRealClock(),
    parse(json) {
      if (typeof json !== 'object') throw new Error('no message');
      return json as Message;
    },
    log: (level, text) => logs.push([level, text]),
    onEnd: (reason) => ends.push(reason),
  });
  transport.onmessage = (message) => messages.push(message);
  return { transport, logs, ends, messages };
}

test('a message is a line; what is none is part of the log, as is stderr', async () => {
  const { transport, logs, messages } = create(
    `console.error('up'); console.log('hi'); console.log('1'); process.stdin.pipe(process.stdout)`,
  );
  await transport.start();
  await transport.send({ id: 7 });
  await eventually(() => expect(messages).toEqual([{ id: 7 }]));
  await transport.close();
  expect(logs.sort()).toEqual([
    ['stderr', 'up'],
    ['stdout', '1'],
    ['stdout', 'hi'],
  ]);
});

test('an answer that is too long is an error for whoever waits for it; a line without an id ends the server', async () => {
  const text = `'x'.repeat(${MCP_MESSAGE_MAX_CHARS})`;
  const { transport, messages, ends } = create(
    `console.log('{"jsonrpc":"2.0","id":3,"result":"' + ${text} + '"}'); process.stdin.on('data', () => console.log(${text} + 'x'));`,
  );
  await transport.start();
  await eventually(() =>
    expect(messages).toMatchObject([{ id: 3, error: { message: expect.stringContaining('longer than') } }]),
  );
  expect(ends).toEqual([]);
  await transport.send({});
  await eventually(() => expect(ends).toEqual([`it wrote a line of more than ${MCP_MESSAGE_MAX_CHARS} characters`]));
  await transport.close();
});

test('close says so at once, and once', async () => {
  const { transport } = create('process.stdin.resume()');
  const onclose = vi.fn();
  transport.onclose = onclose;
  await transport.start();
  const closing = transport.close();
  expect(onclose).toHaveBeenCalledTimes(1);
  await closing;
  await transport.close();
  expect(onclose).toHaveBeenCalledTimes(1);
});
