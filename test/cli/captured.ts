import { stripVTControlCharacters } from 'node:util';
import { type MockInstance, vi } from 'vitest';

export interface Captured<T> {
  readonly result: T;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `work` and keeps what it writes to the standard streams, without colours. */
export async function captured<T>(work: () => T | Promise<T>): Promise<Captured<T>> {
  const stdout = listen(process.stdout);
  const stderr = listen(process.stderr);
  try {
    const result = await work();
    return { result, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.spy.mockRestore();
    stderr.spy.mockRestore();
  }
}

function listen(stream: NodeJS.WriteStream): { readonly spy: MockInstance; text(): string } {
  const chunks: string[] = [];
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    chunks.push(String(chunk));
    return true;
  });
  return { spy, text: () => stripVTControlCharacters(chunks.join('')) };
}
