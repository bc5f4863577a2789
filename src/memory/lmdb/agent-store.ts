import type { MemoryBatch, Message } from '../../protocol.ts';
import type { ReceivedRange } from '../memory-store.ts';
import { AgentLanes } from './agent-lanes.ts';
import type { BatchAppender } from './batch-appender.ts';
import type { Blobs } from './blobs.ts';
import { readReceived } from './read-received.ts';
import type { Reader } from './reader.ts';
import type { Slices } from './slices.ts';
import { Trimmer } from './trimmer.ts';
import { unwrittenBatches } from './unwritten-batches.ts';
import type { Writer } from './writer.ts';

export interface AgentStoreOptions {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly blobs: Blobs;
  readonly appender: BatchAppender;
  readonly slices: Slices;
  /** Does `work` when what was handed over before is settled. */
  readonly read: <T>(work: () => Promise<T>, settled: () => Promise<void>) => Promise<T>;
}

/** What agents have left behind in a directory, read and trimmed. */
export class AgentStore {
  readonly #options: AgentStoreOptions;
  /** Trims, and reads of the same agents, which must not see half of what they need go. */
  readonly #lanes = new AgentLanes();
  readonly #trimmer: Trimmer;

  constructor(options: AgentStoreOptions) {
    const { reader, writer, blobs, slices } = options;
    this.#options = options;
    this.#trimmer = new Trimmer({ records: reader.records, queue: writer.queue, blobs, slices });
  }

  /** All that is left of an agent, and how many messages of its transcript were trimmed before that. */
  history(run: string, agent: string): Promise<{ readonly batches: MemoryBatch[]; readonly trimmed: number }> {
    const { reader } = this.#options;
    return this.#read(run, agent, async () => {
      const rest = this.#unwritten(run, agent);
      // What is damaged is told by the other.
      const trimmed = reader.records.trimmed(run, agent, () => {});
      const batches = await reader.batches(run, agent);
      return { batches: [...batches, ...rest], trimmed: trimmed?.messages ?? 0 };
    });
  }

  received(run: string, agent: string, { skip, limit }: ReceivedRange): Promise<Message[]> {
    const { reader, slices } = this.#options;
    return this.#read(run, agent, async () => {
      const rest = this.#unwritten(run, agent);
      const from = { records: reader.records, slices };
      const { messages, count } = await readReceived(from, { run, agent, skip, limit });
      const begin = Math.max(0, skip - count);
      return [...messages, ...messagesOf(rest).slice(begin, begin + limit - messages.length)];
    });
  }

  /** @throws {TroupeError} `STORE_FAILED` if it cannot be done. */
  async trim(run: string, agent: string, turns: number): Promise<void> {
    const { writer, appender } = this.#options;
    // What is handed over from here on stays, however fast the disk is. In trouble it cannot be known yet.
    const known = writer.isBroken ? undefined : appender.next(run, agent);
    await this.#lanes.run(run, agent, async () => {
      await writer.settled();
      try {
        await this.#trimmer.trim({ run, agent, turns, until: known ?? appender.next(run, agent) });
      } catch (error) {
        throw writer.toWriteError(error);
      }
    });
  }

  /** Undefined: nothing is under way. Otherwise it resolves when all of it has settled. */
  settled(): Promise<unknown> | undefined {
    return this.#lanes.settled();
  }

  /** In trouble nobody knows when everything will be on disk: what is not is added from memory. */
  #unwritten(run: string, agent: string): MemoryBatch[] {
    const { writer, reader } = this.#options;
    if (writer.ready() === undefined) return [];
    return unwrittenBatches(writer.queue.unwritten(), run, agent, reader.nextSequence(run, agent));
  }

  /** After trims that came before, and before those that come after; in trouble without waiting for them. */
  async #read<T>(run: string, agent: string, work: () => Promise<T>): Promise<T> {
    const { writer } = this.#options;
    let result: Promise<T> | undefined;
    const read = (): Promise<T> => {
      result ??= this.#options.read(work, () => writer.settledOrInTrouble());
      return result;
    };
    if (writer.ready() === undefined) {
      const inLane = this.#lanes.run(run, agent, read);
      await writer.unlessInTrouble(() => Promise.allSettled([inLane]));
    }
    return read();
  }
}

function messagesOf(batches: readonly MemoryBatch[]): Message[] {
  return batches.flatMap(({ journal }) =>
    journal.flatMap((record) => (record.type === 'received' ? [record.message] : [])),
  );
}
