import { Readable } from 'node:stream';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readBody } from '../../../src/tools/net/read-body.ts';

const MB = 1_048_576;
const text = Buffer.from('text '.repeat(1_000));

/** Gives the same chunk a thousand times, and counts how often it was asked. */
function repeat(chunk: Buffer) {
  let given = 0;
  const body = new Readable({
    read() {
      given++;
      this.push(given > 1_000 ? null : chunk);
    },
  });
  return { body, given: () => given };
}

describe('readBody', () => {
  test.each<[string, Buffer]>([
    ['', text],
    ['identity', text],
    ['gzip', gzipSync(text)],
    ['X-GZIP', gzipSync(text)],
    [' br ', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
  ])('reads a body of the encoding %j', async (encoding, bytes) => {
    const body = await readBody(Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]), encoding, MB);
    expect(body).toEqual({ bytes: text.length, head: text, isCut: false });
  });

  test('a body of exactly the limit is whole, one more byte is cut', async () => {
    expect(await readBody(Readable.from([text]), '', text.length)).toMatchObject({ bytes: text.length, isCut: false });
    const cut = await readBody(Readable.from([text, Buffer.from('x')]), '', text.length);
    expect(cut).toEqual({ bytes: text.length, head: text, isCut: true });
  });

  test.each(['', 'gzip', 'deflate', 'br'])('an empty body of the encoding %j is empty', async (encoding) =>
    expect(await readBody(Readable.from([]), encoding, MB)).toEqual({ bytes: 0, head: Buffer.alloc(0), isCut: false }));

  test('of compressed bytes without their end, what is there is read', async () =>
    expect(await readBody(Readable.from([gzipSync(text).subarray(0, -8)]), 'gzip', MB)).toMatchObject({ head: text }));

  test('stops at the limit and destroys what it reads from', async () => {
    const { body, given } = repeat(text);
    expect(await readBody(body, '', 12_000)).toMatchObject({ bytes: 12_000, isCut: true });
    expect(body.destroyed).toBe(true);
    expect(given()).toBeLessThan(20);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })],
    ['deflate', deflateSync],
  ])('a bomb of %s is decompressed no further than the limit', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(64 * MB));
    expect(bomb.length).toBeLessThan(100_000);
    const source = Readable.from([bomb]);
    const before = process.memoryUsage().arrayBuffers;
    const body = await readBody(source, encoding, MB);
    expect(body).toMatchObject({ bytes: MB, isCut: true });
    expect(body.head.length).toBe(MB);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MB);
    await vi.waitFor(() => expect(source.destroyed).toBe(true));
  });

  test('reads on to count, but keeps only what a result can hold', async () => {
    const chunks = Array.from({ length: 5 }, () => Buffer.alloc(MB, 'x'));
    const body = await readBody(Readable.from(chunks), '', 4 * MB);
    expect(body.bytes).toBe(4 * MB);
    expect(body.head.length).toBe(2 * MB);
    expect(body.isCut).toBe(true);
    expect(await readBody(Readable.from(chunks.slice(0, 3)), '', 4 * MB)).toMatchObject({ bytes: 3 * MB, isCut: true });
  });

  test('fails with what the body fails with, compressed or not', async () => {
    for (const encoding of ['', 'gzip']) {
      const body = new Readable({ read() {} });
      body.push(gzipSync(text).subarray(0, 20));
      const reading = readBody(body, encoding, MB);
      body.destroy(new Error('lost'));
      await expect(reading).rejects.toThrow('lost');
    }
  });

  test.each([
    ['what is not compressed', 'gzip', Buffer.from('plain')],
    ['what is no brotli', 'br', Buffer.alloc(1_000, 'plain')],
  ])('fails for %s', (_, encoding, bytes) =>
    expect(readBody(Readable.from([bytes]), encoding, MB)).rejects.toMatchObject({
      code: expect.stringMatching(/^(Z_|ERR__)/),
    }));

  test.each(['zstd', 'gzip, gzip', 'constructor', 'x'.repeat(1_000)])('refuses the encoding %.20s', (encoding) =>
    expect(readBody(Readable.from([text]), encoding, MB)).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: 'it is compressed by other means than gzip, deflate, br',
    }));
});
