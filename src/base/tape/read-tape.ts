import { readFile, stat } from 'node:fs/promises';
import { TroupeError } from '../errors.ts';
import { TAPE_MAX_BYTES } from '../limits.ts';
import { formatBytes } from '../size.ts';
import type { Tape } from '../tape.ts';
import { parseLine, type TapeLine } from './parse-line.ts';
import { RecordedRun } from './recorded-run.ts';
import { RequestChain } from './request-chain.ts';

const NEW_LINE = 10;

/**
 * Reads a recorded run.
 *
 * @param warn Told that the last line is cut off, as a process leaves it that was killed: the run goes as far as the calls
 * before it.
 * @throws {TroupeError} `USAGE` with the file and the line, if it cannot be read or is no such tape.
 */
export async function readTape(path: string, warn: (text: string) => void): Promise<Tape> {
  const bytes = await readWhole(path);
  const lines = splitLines(bytes);
  const refuse = (number: number, problem: string): TroupeError =>
    new TroupeError('USAGE', `Cannot read tape "${path}", line ${number}: ${problem}`);
  const isCutOff = bytes.at(-1) !== NEW_LINE;
  let reader: TapeReader | undefined;
  let number = 0;
  for (const text of lines) {
    number++;
    try {
      const line = parseLine(text, reader === undefined);
      if ('tape' in line) reader = new TapeReader(path, line);
      else reader?.take(line);
    } catch (error) {
      if (reader === undefined || !isCutOff || number < lines.length) throw refuse(number, (error as Error).message);
      warn(`The tape "${path}" is cut off in line ${number}: the replay goes as far as the calls before it`);
    }
  }
  if (reader === undefined) throw new TroupeError('USAGE', `Cannot read tape "${path}": it is empty`);
  return reader.run;
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > TAPE_MAX_BYTES) {
      throw new Error(`it has ${formatBytes(size)}, and ${formatBytes(TAPE_MAX_BYTES)} is the most`);
    }
    return await readFile(path);
  } catch (error) {
    throw new TroupeError('USAGE', `Cannot read tape "${path}": ${(error as Error).message}`, { cause: error });
  }
}

/** Without what comes behind the last one's end. */
function splitLines(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEW_LINE, start);
    const end = found < 0 ? bytes.length : found;
    lines.push(bytes.toString('utf8', start, end));
    start = end + 1;
  }
  return lines;
}

/** Puts the calls together from their lines. */
class TapeReader {
  readonly run: RecordedRun;
  /** By agent: the request of its last call. */
  readonly #requests = new Map<string, RequestChain>();

  constructor(path: string, header: Extract<TapeLine, { tape: number }>) {
    this.run = new RecordedRun(path, header);
  }

  take(line: Exclude<TapeLine, { tape: number }>): void {
    if ('tool' in line) {
      this.run.addToolCall({ ...line, acts: line.acts ?? [] });
      return;
    }
    const { agent, call, model, ms, cutShort, same } = line;
    const before = this.#requests.get(agent);
    const length = before?.length ?? 0;
    if (same > length) throw new Error(`the request it goes on from has ${length} parts, not ${same}`);
    const request = new RequestChain(before, same, line.new);
    this.#requests.set(agent, request);
    const outcome = 'decision' in line ? { decision: line.decision } : { error: line.error };
    this.run.addModelCall({ agent, call, model, ms, ...(cutShort && { cutShort }), request, outcome });
  }
}
