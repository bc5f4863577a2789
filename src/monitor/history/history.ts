import { HISTORY_CHUNKS } from '../../base/limits.ts';
import type { AgentSpec, EndedStatus, ErrorInfo, RunEvent } from '../../protocol.ts';
import { Fold } from './fold.ts';
import { CHUNK_ROWS, Chunk, ENDINGS, FAILED, HELD, NO_AGENT, NO_NAME, toKind } from './rows.ts';
import { Spending } from './spending.ts';

/** A row's number: 1 for the run's first event, as `seq` of a live run. */
export type Seq = number;

/**
 * What has happened in a run, in numbers: enough to say where every agent was at any moment.
 *
 * Contract: `append` is all that a run pays while nobody watches, about 0.1 us an event. The newest
 * `HISTORY_CHUNKS * CHUNK_ROWS` events (2 million, 54 MB) are kept.
 */
export class History {
  readonly agents: readonly string[];
  /** Of models and tools, as they first appear. */
  readonly names: string[] = [];
  /** Called whenever a chunk is full, so that whoever folds the rows never falls behind what is dropped. */
  onChunk: (() => void) | undefined;
  /** Why memory cannot be written, while it cannot. */
  trouble: ErrorInfo | undefined;
  /** Up to the last event. */
  spending: Spending;
  readonly #positions = new Map<string, number>();
  readonly #nameIndex = new Map<string, number>();
  /** Events about the whole run; few. */
  readonly #runEvents = new Map<Seq, RunEvent>();
  #chunks: Chunk[] = [new Chunk()];
  /** Chunks dropped so far. */
  #dropped = 0;
  /** What was before the first row of each chunk; undefined where nobody has needed it yet. */
  #keyframes: (Fold | undefined)[];

  readonly #chunksMax: number;

  /**
   * @param specs All agents, in order.
   * @param ended Those who had ended before the first event. Default: nobody.
   * @param chunksMax Chunks kept. Default `HISTORY_CHUNKS`.
   */
  constructor(
    specs: readonly Pick<AgentSpec, 'id'>[],
    ended: ReadonlyMap<string, EndedStatus> = new Map(),
    chunksMax = HISTORY_CHUNKS,
  ) {
    this.#chunksMax = chunksMax;
    this.agents = specs.map(({ id }) => id);
    this.spending = new Spending(this.agents.length);
    for (const [position, id] of this.agents.entries()) this.#positions.set(id, position);
    const start = new Fold(this.agents.length);
    for (const [agent, status] of ended) start.place(this.#positions.get(agent) ?? NO_AGENT, status);
    this.#keyframes = [start];
  }

  /** @returns The agent's position, or undefined if the run has none of that name. */
  positionOf(agent: string): number | undefined {
    return this.#positions.get(agent);
  }

  /** The last event's number; 0 before the first. */
  get last(): Seq {
    return (this.#dropped + this.#chunks.length - 1) * CHUNK_ROWS + this.#newest.length;
  }

  /** The oldest event that is still there. */
  get first(): Seq {
    return this.#dropped * CHUNK_ROWS + 1;
  }

  /** How everything stood before the first event. */
  start(): Fold {
    return (this.#keyframes[0] as Fold).clone();
  }

  /** Time of the first event that is still there; 0 if there is none. */
  get from(): number {
    return this.#chunks[0]?.at[0] ?? 0;
  }

  /** Time of the last event; 0 before the first. */
  get at(): number {
    return this.last === 0 ? 0 : this.#at(this.last);
  }

  /** Takes the next event. A property, so that it can be handed over as a listener. */
  readonly append = (event: RunEvent): void => {
    const chunk = this.#room();
    const index = chunk.length++;
    chunk.at[index] = event.at;
    chunk.kind[index] = toKind(event.type);
    chunk.name[index] = NO_NAME;
    if ('agent' in event) {
      chunk.agent[index] = this.#positions.get(event.agent) ?? NO_AGENT;
      this.#note(chunk, index, event);
    } else {
      chunk.agent[index] = NO_AGENT;
      this.#runEvents.set(this.last, event);
      if (event.type === 'store.degraded') this.trouble = event.error;
      if (event.type === 'store.recovered') this.trouble = undefined;
    }
  };

  /** Where a row is. @throws {RangeError} If it is not there. */
  row(seq: Seq): { readonly chunk: Chunk; readonly index: number } {
    const place = seq - 1 - this.#dropped * CHUNK_ROWS;
    const chunk = this.#chunks[Math.floor(place / CHUNK_ROWS)];
    const index = place % CHUNK_ROWS;
    if (place < 0 || chunk === undefined || index >= chunk.length) throw new RangeError(`Cannot read row ${seq}`);
    return { chunk, index };
  }

  runEvent(seq: Seq): RunEvent | undefined {
    return this.#runEvents.get(seq);
  }

  /** The last event at or before a moment; 0 if there is none. */
  seqAt(at: number): Seq {
    let [low, high] = [this.first - 1, this.last];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#at(middle) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Applies the rows after `fold.seq` up to `seq`, or to the last one. */
  advance(fold: Fold, seq: Seq = this.last): void {
    const end = Math.min(seq, this.last);
    while (fold.seq < end) {
      const place = fold.seq - this.#dropped * CHUNK_ROWS;
      const number = Math.floor(place / CHUNK_ROWS);
      const chunk = this.#chunks[number];
      if (chunk === undefined) throw new RangeError(`Cannot go on from row ${fold.seq}`);
      const start = place % CHUNK_ROWS;
      if (start === 0) this.#keyframes[number] ??= fold.clone();
      fold.apply(chunk, start, Math.min(chunk.length, start + end - fold.seq));
    }
  }

  /** How the run stood after a row; at the cost of a chunk's rows, once it has been that far. */
  foldAt(seq: Seq): Fold {
    const place = Math.max(0, seq - this.#dropped * CHUNK_ROWS);
    let number = Math.min(Math.floor(place / CHUNK_ROWS), this.#chunks.length - 1);
    while (number > 0 && this.#keyframes[number] === undefined) number--;
    const fold = (this.#keyframes[number] as Fold).clone();
    this.advance(fold, Math.max(seq, fold.seq));
    return fold;
  }

  /** The same rows in the order of their time; those of one moment stay as they are. */
  sorted(): History {
    const times = Float64Array.from({ length: this.last }, (_, i) => this.#at(i + 1));
    const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    const sorted = new History(this.agents.map((id) => ({ id })));
    sorted.#keyframes = [this.start()];
    sorted.names.push(...this.names);
    sorted.spending = this.spending;
    for (const [index, name] of this.names.entries()) sorted.#nameIndex.set(name, index);
    for (const place of order) sorted.#copy(this, place + 1);
    return sorted;
  }

  #copy(from: History, seq: Seq): void {
    const { chunk, index } = from.row(seq);
    this.#room().copy(chunk, index);
    const event = from.runEvent(seq);
    if (event !== undefined) this.#runEvents.set(this.last, event);
  }

  #at(seq: Seq): number {
    const { chunk, index } = this.row(seq);
    return chunk.at[index] ?? 0;
  }

  /** The chunk with a free row. */
  #room(): Chunk {
    return this.#newest.length === CHUNK_ROWS ? this.#grow() : this.#newest;
  }

  get #newest(): Chunk {
    return this.#chunks[this.#chunks.length - 1] as Chunk;
  }

  #grow(): Chunk {
    this.onChunk?.();
    const chunk = new Chunk();
    this.#chunks.push(chunk);
    if (this.#chunks.length > this.#chunksMax) {
      // What the dropped rows have led to has to stay known.
      this.#keyframes[1] ??= this.foldAt((this.#dropped + 1) * CHUNK_ROWS);
      this.#chunks = this.#chunks.slice(1);
      this.#keyframes = this.#keyframes.slice(1);
      this.#dropped++;
    }
    return chunk;
  }

  #note(chunk: Chunk, index: number, event: Extract<RunEvent, { agent: string }>): void {
    if ('turn' in event) chunk.turn[index] = event.turn;
    switch (event.type) {
      case 'agent.decided':
        chunk.count[index] = event.decision.toolCalls.length;
        chunk.name[index] = this.#nameOf(event.model);
        chunk.value[index] = event.durationMs;
        this.spending.add(chunk.agent[index] ?? NO_AGENT, event.decision.usage);
        break;
      case 'agent.condensed':
        if (event.usage !== undefined) this.spending.add(chunk.agent[index] ?? NO_AGENT, event.usage);
        break;
      case 'agent.recalled':
        chunk.count[index] = event.pending;
        break;
      case 'model.failed':
        chunk.flag[index] = FAILED;
        chunk.name[index] = this.#nameOf(event.model);
        chunk.value[index] = event.durationMs;
        break;
      case 'tool.started':
        chunk.name[index] = this.#nameOf(event.call.name);
        break;
      case 'tool.finished':
        if (event.result.isError) chunk.flag[index] = FAILED;
        chunk.name[index] = this.#nameOf(event.result.name);
        chunk.value[index] = event.durationMs;
        break;
      case 'agent.waiting':
        if (event.for !== 'a message') chunk.flag[index] = HELD;
        break;
      case 'agent.ended':
        chunk.flag[index] = Math.max(0, ENDINGS.indexOf(event.status as (typeof ENDINGS)[number]));
        chunk.turn[index] = event.turns;
        break;
      case 'message.sent':
        chunk.value[index] = this.#positions.get(event.message.to) ?? NO_AGENT;
        break;
    }
  }

  #nameOf(name: string): number {
    const known = this.#nameIndex.get(name);
    if (known !== undefined) return known;
    // A model may make names up without end; past the last place they share one, and are not remembered.
    if (this.names.length >= NAMES_MAX) {
      this.names[NAMES_MAX] = '(others)';
      return NAMES_MAX;
    }
    const index = this.names.push(name) - 1;
    this.#nameIndex.set(name, index);
    return index;
  }
}

/** Different models and tools that are told apart. */
const NAMES_MAX = 1_000;
