import type { ChatMessage, JournalRecord, MemoryBatch, MemorySnapshot, Message } from '../protocol.ts';
import type { AgentHistory, ReceivedRange } from './memory-store.ts';
import { type Received, TrimScan, toKeepFrom } from './trim-scan.ts';

/** Numbers kept of each batch: its records, its messages, and 1 if it has a snapshot. */
const NUMBERS = 3;

/** What one agent has left behind, in this process's memory. */
export class KeptAgent {
  #journal: JournalRecord[] = [];
  #transcript: ChatMessage[] = [];
  /** Of the batches that the two are made of: flat, since ten thousand agents have many. */
  #sizes: number[] = [];
  #snapshot: MemorySnapshot | undefined;
  /** Received in what was trimmed, and not observed. */
  #waiting: readonly Received[] = [];
  /** Of what was trimmed: messages of the transcript, and `received` records with those that wait. */
  #trimmed = 0;
  #receivedBefore = 0;

  get snapshot(): MemorySnapshot | undefined {
    return this.#snapshot;
  }

  append({ journal, transcript, snapshot }: MemoryBatch): void {
    this.#journal.push(...journal);
    this.#transcript.push(...transcript);
    this.#sizes.push(journal.length, transcript.length, snapshot === undefined ? 0 : 1);
    if (snapshot !== undefined) this.#snapshot = snapshot;
  }

  journal(): JournalRecord[] {
    return [...this.#waiting.map(({ record }) => record), ...this.#journal];
  }

  transcript(): ChatMessage[] {
    return [...this.#transcript];
  }

  history(): AgentHistory {
    const trimmed = this.#trimmed;
    return { journal: this.journal(), transcript: this.transcript(), ...(trimmed > 0 && { trimmed }) };
  }

  received({ skip, limit }: ReceivedRange): Message[] {
    const messages: Message[] = [];
    for (const { ordinal, record } of this.#waiting) {
      if (messages.length < limit && ordinal >= skip) messages.push(record.message);
    }
    let ordinal = this.#receivedBefore;
    for (const record of this.#journal) {
      if (messages.length >= limit) break;
      if (record.type === 'received' && ordinal++ >= skip) messages.push(record.message);
    }
    return messages;
  }

  /** All but what `turns` turns and the agent's going on need. */
  trim(turns: number): void {
    const lastTurn = this.#journal.at(-1)?.turn;
    if (this.#snapshot === undefined || lastTurn === undefined) return;
    const scan = new TrimScan({
      keepFrom: toKeepFrom(turns, lastTurn, this.#snapshot),
      snapshotAt: this.#lastStored(),
      received: this.#receivedBefore,
    });
    let goesOn = true;
    let records = 0;
    let messages = 0;
    for (let number = 0; goesOn && number < this.#count; number++) {
      const [recordCount, messageCount, isStored] = this.#sizesOf(number);
      const batch = {
        journal: this.#journal.slice(records, records + recordCount),
        transcript: this.#transcript.slice(messages, messages + messageCount),
        ...(isStored && { snapshot: this.#snapshot }),
      };
      records += recordCount;
      messages += messageCount;
      goesOn = scan.take(number, batch);
    }
    if (goesOn) scan.end();
    const cut = scan.cut();
    if (cut === undefined) return;
    const stillWaiting = this.#waiting.filter(({ record }) => !cut.taken.has(record.message));
    this.#waiting = [...stillWaiting, ...cut.old.flatMap(({ waiting }) => waiting)];
    this.#receivedBefore += cut.received;
    this.#trimmed += cut.messages;
    this.#remove(cut.old.length);
  }

  get #count(): number {
    return this.#sizes.length / NUMBERS;
  }

  #sizesOf(number: number): readonly [records: number, messages: number, isStored: boolean] {
    const [records = 0, messages = 0, isStored] = this.#sizes.slice(number * NUMBERS, (number + 1) * NUMBERS);
    return [records, messages, isStored === 1];
  }

  /** @returns The number of the batch with the snapshot. */
  #lastStored(): number {
    let number = this.#count - 1;
    while (number > 0 && !this.#sizesOf(number)[2]) number--;
    return number;
  }

  #remove(batches: number): void {
    let records = 0;
    let messages = 0;
    for (let number = 0; number < batches; number++) {
      const [recordCount, messageCount] = this.#sizesOf(number);
      records += recordCount;
      messages += messageCount;
    }
    this.#journal = this.#journal.slice(records);
    this.#transcript = this.#transcript.slice(messages);
    this.#sizes = this.#sizes.slice(batches * NUMBERS);
  }
}
