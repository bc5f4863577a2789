import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { isAlive, openTools, scriptServer, tempFolder, toSpec } from './mcp-setup.ts';

vi.mock('../../../src/base/limits.ts', async (original) => ({
  ...(await original<typeof import('../../../src/base/limits.ts')>()),
  MCP_START_MS: 400,
}));

test.each([
  ['never answers', 'initialize = () => undefined;'],
  [
    'never lists its tools',
    'list = () => { throw new Error("x"); }; process.on("uncaughtException", () => undefined);',
  ],
])('a process that %s is given up, and ended', async (_, extra) => {
  const pidFile = join(tempFolder(), 'pid');
  const note = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); console.error('waiting');`;
  await expect(openTools(toSpec(scriptServer('', `${extra} ${note}`)))).rejects.toMatchObject({
    code: 'SCENARIO_INVALID',
    message: expect.stringMatching(/^Cannot start the tools "server": it was not ready within 0.4 s .*waiting$/s),
  });
  expect(isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
});

test('an address that takes the request and says nothing is given up', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const sockets: { destroy(): void }[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await expect(openTools(toSpec({ url }))).rejects.toThrow('it was not ready within 0.4 s');
  for (const socket of sockets) socket.destroy();
  server.close();
});
