import type { AgentEnvironment } from '../agent/environment.ts';
import { SPILL_CHUNK } from '../base/limits.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { Message } from '../protocol.ts';

/** Which of an agent's messages are on disk: by their numbers, `next` is not there yet. */
export interface SpillRange {
  readonly first: number;
  readonly next: number;
}

interface SpillOptions {
  /** The agent is there, and its mailbox takes another one. */
  hasRoom(agent: string): boolean;
  deliver(message: Message): void;
  bury(message: Message): void;
  /** Nothing is on its way any more. */
  settled(): void;
}

type Keeper = Pick<AgentEnvironment, 'run' | 'store' | 'storeFailed'>;

/** What an agent has on disk. */
interface Spilled {
  first: number;
  next: number;
  isReading: boolean;
  /** It has ended: nobody takes what is left. */
  isOver: boolean;
}

/** The owner of notes that say which chunks there are. */
const INDEX = 'spill:';

const toChunk = (number: number): number => Math.floor(number / SPILL_CHUNK);
/** The owner of a chunk's messages: of many only a few are read at a time. */
const toOwner = (agent: string, chunk: number): string => `${INDEX}${agent}:${chunk}`;

interface Chunk {
  readonly agent: string;
  readonly chunk: number;
}

/** What agents have on disk, by agent. @throws {TroupeError} Rejects with `STORE_FAILED`. */
export async function readSpilled(store: MemoryStore, run: string): Promise<Map<string, SpillRange>> {
  const chunks = new Map<string, number[]>();
  for (const { text } of await store.notes(run, INDEX)) {
    const { agent, chunk } = JSON.parse(text) as Chunk;
    chunks.set(agent, [...(chunks.get(agent) ?? []), chunk]);
  }
  const ranges = new Map<string, SpillRange>();
  for (const [agent, all] of chunks) {
    const numbers: number[] = [];
    for (const chunk of new Set([Math.min(...all), Math.max(...all)])) {
      const notes = await store.notes(run, toOwner(agent, chunk));
      numbers.push(...notes.map(({ key }) => Number(key)));
    }
    // A chunk may have been noted, and its first message not.
    if (numbers.length > 0) ranges.set(agent, { first: Math.min(...numbers), next: Math.max(...numbers) + 1 });
  }
  return ranges;
}

/** An agent's messages on disk, in order; only a chunk of them is held at a time. @throws {TroupeError} `STORE_FAILED`. */
export async function* readMessages(
  store: MemoryStore,
  run: string,
  agent: string,
  { first, next }: SpillRange,
): AsyncGenerator<Message> {
  for (let chunk = toChunk(first); chunk <= toChunk(next - 1); chunk++) {
    const notes = await store.notes(run, toOwner(agent, chunk));
    for (const { text } of notes.sort((a, b) => Number(a.key) - Number(b.key))) yield JSON.parse(text) as Message;
  }
}

/**
 * Messages for which mailboxes have no room, kept in memory's store in the order in which they came: in the process there
 * is only their number. Each is gone from there when its agent has it, after a crash perhaps not yet: its agent knows it.
 */
export class Spill {
  readonly #keeper: Keeper;
  readonly #options: SpillOptions;
  readonly #agents = new Map<string, Spilled>();
  #reading = 0;

  /** @param before What earlier lives of the run have left. */
  constructor(keeper: Keeper, before: ReadonlyMap<string, SpillRange>, options: SpillOptions) {
    this.#keeper = keeper;
    this.#options = options;
    for (const [agent, range] of before) this.#agents.set(agent, { ...range, isReading: false, isOver: false });
  }

  lengthOf(agent: string): number {
    const spilled = this.#agents.get(agent);
    return spilled === undefined ? 0 : spilled.next - spilled.first;
  }

  get isReading(): boolean {
    return this.#reading > 0;
  }

  /** Behind those that are there. */
  add(message: Message): void {
    const { run, store, storeFailed } = this.#keeper;
    const { to, from, at } = message;
    const spilled = this.#agents.get(to) ?? { first: 0, next: 0, isReading: false, isOver: false };
    this.#agents.set(to, spilled);
    const number = spilled.next++;
    const chunk = toChunk(number);
    // Before its first message, which would not be found without it.
    if (number % SPILL_CHUNK === 0 || number === spilled.first) {
      const entry: Chunk = { agent: to, chunk };
      store
        .putNote(run, INDEX, { key: toOwner(to, chunk), text: JSON.stringify(entry), agent: to, at })
        .catch(storeFailed);
    }
    const note = { key: String(number), text: JSON.stringify(message), agent: from, at };
    store.putNote(run, toOwner(to, chunk), note).catch(storeFailed);
  }

  /** There may be room for what is on disk. */
  refill(agent: string): void {
    const spilled = this.#agents.get(agent);
    if (spilled === undefined || spilled.isReading || !(spilled.isOver || this.#options.hasRoom(agent))) return;
    spilled.isReading = true;
    this.#reading++;
    const done = (): void => {
      spilled.isReading = false;
      this.#reading--;
      if (spilled.first === spilled.next) this.#agents.delete(agent);
      if (this.#reading === 0) this.#options.settled();
    };
    this.#read(agent, spilled).then(done, (error) => {
      done();
      this.#keeper.storeFailed(error);
    });
  }

  /** The agent has ended: what is there is buried. */
  clear(agent: string): void {
    const spilled = this.#agents.get(agent);
    if (spilled === undefined) return;
    spilled.isOver = true;
    this.refill(agent);
  }

  /** As much as there is room for, and everything for an agent that has ended. */
  async #read(agent: string, spilled: Spilled): Promise<void> {
    const { run, store } = this.#keeper;
    const mayGoOn = (): boolean => spilled.isOver || this.#options.hasRoom(agent);
    while (spilled.first < spilled.next && mayGoOn()) {
      const chunk = toChunk(spilled.first);
      // What is put there from now on may not be read.
      const end = Math.min(spilled.next, (chunk + 1) * SPILL_CHUNK);
      const notes = await store.notes(run, toOwner(agent, chunk));
      const byKey = new Map(notes.map(({ key, text }) => [key, text]));
      while (spilled.first < end && mayGoOn()) {
        const number = spilled.first++;
        const text = byKey.get(String(number));
        if (text !== undefined) this.#give(JSON.parse(text) as Message, spilled);
        this.#forget(agent, number, spilled);
      }
    }
  }

  #give(message: Message, { isOver }: Spilled): void {
    if (isOver) this.#options.bury(message);
    else this.#options.deliver(message);
  }

  #forget(agent: string, number: number, { first, next }: Spilled): void {
    const { run, store, storeFailed } = this.#keeper;
    const owner = toOwner(agent, toChunk(number));
    store.deleteNote(run, owner, String(number)).catch(storeFailed);
    const isChunkDone = first === next || first % SPILL_CHUNK === 0;
    if (isChunkDone) store.deleteNote(run, INDEX, owner).catch(storeFailed);
  }
}
