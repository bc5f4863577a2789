import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildConnector } from 'undici';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Connect, request } from '../../../src/tools/net/request.ts';
import { CERTIFICATE, KEY } from './certificate.ts';
import { serve, serveTcp, startTcp } from './local-server.ts';

const local = [{ address: '127.0.0.1', family: 4 }];
const never = new AbortController().signal;

async function startTls() {
  const server = createTlsServer({ cert: CERTIFICATE, key: KEY }, (_, response) => response.end('secure'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
/** As by default, but it trusts our certificate. */
const trusting: Connect = (addresses, signal) =>
  buildConnector({ ca: CERTIFICATE, lookup: (_host, _options, done) => done(null, [...addresses]), signal });

afterEach(() => vi.unstubAllEnvs());

describe('request', () => {
  test('connects to the addresses it is given, whatever the name is', async () => {
    const server = await serve((_, response) => response.end('here'));
    const url = new URL(`http://not-in-any-name-server.test:${server.port}/a?b#c`);
    const reply = await request(url, { accept: 'text/plain' }, local, never);
    expect(reply.status).toBe(200);
    expect(await text(reply.body)).toBe('here');
    expect(server.received).toMatch(
      /^GET \/a\?b HTTP\/1\.1\r\nhost: not-in-any-name-server\.test:\d+\r\nconnection: close\r\n/,
    );
    expect(server.received).toContain('accept: text/plain\r\n');
    reply.close();
  });

  test('tries the next address if one does not answer', async () => {
    const server = await serve((_, response) => response.end('here'), '127.0.0.1');
    const addresses = [{ address: '::1', family: 6 }, ...local];
    const reply = await request(new URL(`http://a.test:${server.port}/`), {}, addresses, never);
    expect(await text(reply.body)).toBe('here');
    reply.close();
  });

  test('makes a connection for each request, and ends it', async () => {
    const server = await serve((_, response) => response.end('here'));
    for (let count = 1; count <= 3; count++) {
      const reply = await request(new URL(`http://a.test:${server.port}/`), {}, local, never);
      await text(reply.body);
      reply.close();
      expect(server.connections).toBe(count);
    }
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('a body that nobody reads is not waited for', async () => {
    const server = await serve((_, response) => {
      response.write('x'.repeat(1_000_000));
    });
    const reply = await request(new URL(`http://a.test:${server.port}/`), {}, local, never);
    reply.close();
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('uses no proxy of the environment', async () => {
    const proxy = await serve((_, response) => response.end('proxy'));
    const server = await serve((_, response) => response.end('here'));
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) {
      vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    }
    const reply = await request(new URL(`http://a.test:${server.port}/`), {}, local, never);
    expect(await text(reply.body)).toBe('here');
    expect(proxy.connections).toBe(0);
    reply.close();
  });

  test('headers over 64 kB, too many of them or ones that never end are an error', async () => {
    const endless = await serveTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const header = `x-filler: ${'x'.repeat(1_000)}\r\n`;
      const fill = (): void => {
        while (!socket.destroyed && socket.write(header));
      };
      socket.on('drain', fill);
      fill();
    });
    await expect(request(new URL(`http://a.test:${endless.port}/`), {}, local, never)).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_OVERFLOW',
    });
    await vi.waitFor(() => expect(endless.open).toBe(0));
  });

  test('headers of 32 kB are not', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'x-large': 'x'.repeat(32_000) }).end('here'));
    const reply = await request(new URL(`http://a.test:${server.port}/`), {}, local, never);
    expect(await text(reply.body)).toBe('here');
    reply.close();
  });

  test.each([
    ['nothing', ''],
    ['headers that do not end', 'HTTP/1.1 200 OK\r\nx-one: 1\r\n'],
    ['interim answers alone', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ])('an abort ends a connection on which came %s', async (_, sent) => {
    const server = await serveTcp((socket) => void socket.write(sent));
    const controller = new AbortController();
    const running = request(new URL(`http://a.test:${server.port}/`), {}, local, controller.signal);
    await vi.waitFor(() => expect(server.received).toContain('GET'));
    controller.abort(new Error('too late'));
    await expect(running).rejects.toThrow();
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('an abort ends a connection in the middle of a body', async () => {
    const server = await serve((_, response) => void response.write('beginning'));
    const controller = new AbortController();
    const reply = await request(new URL(`http://a.test:${server.port}/`), {}, local, controller.signal);
    const reading = text(reply.body);
    controller.abort(new Error('too late'));
    await expect(reading).rejects.toThrow();
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('an abort ends a connection that is still being made', async () => {
    const controller = new AbortController();
    let signal: AbortSignal | undefined;
    const connecting = new Promise<void>((resolve) => {
      const connect: Connect = (_, given) => () => {
        signal = given;
        resolve();
      };
      request(new URL('http://a.test/'), {}, local, controller.signal, connect).catch(() => undefined);
    });
    await connecting;
    expect(signal?.aborted).toBe(false);
    controller.abort();
    expect(signal?.aborted).toBe(true);
  });

  test('nothing is connected after an abort', async () => {
    const connect = vi.fn();
    const aborted = AbortSignal.abort(new Error('before'));
    await expect(request(new URL('http://a.test/'), {}, local, aborted, connect)).rejects.toThrow('before');
    expect(connect).not.toHaveBeenCalled();
  });

  test('what is no HTTP, and a connection that is closed, are errors', async () => {
    const other = await serveTcp((socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
    await expect(request(new URL(`http://a.test:${other.port}/`), {}, local, never)).rejects.toMatchObject({
      name: 'HTTPParserError',
    });
    const closing = await serveTcp((socket) => void socket.once('data', () => socket.destroy()));
    await expect(request(new URL(`http://a.test:${closing.port}/`), {}, local, never)).rejects.toMatchObject({
      code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/),
    });
    expect(closing.connections).toBe(1);
    const gone = await startTcp(() => undefined);
    await gone.close();
    await expect(request(new URL(`http://a.test:${gone.port}/`), {}, local, never)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});

describe('request by https', () => {
  test('the certificate has to be of the name, not of the address', async () => {
    const port = await startTls();
    const reply = await request(new URL(`https://secure.test:${port}/`), {}, local, never, trusting);
    expect(await text(reply.body)).toBe('secure');
    reply.close();
    await expect(request(new URL(`https://other.test:${port}/`), {}, local, never, trusting)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    await expect(request(new URL(`https://127.0.0.1:${port}/`), {}, local, never, trusting)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  test('and by someone who is trusted', async () => {
    const port = await startTls();
    await expect(request(new URL(`https://secure.test:${port}/`), {}, local, never)).rejects.toMatchObject({
      code: expect.stringContaining('CERT'),
    });
  });
});
