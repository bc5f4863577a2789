import type { AgentEnvironment } from '../agent/environment.ts';
import type { Clock } from '../base/clock.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { Durability, RunEvent } from '../protocol.ts';
import { OutcomeTracker } from '../sources/outcome-tracker.ts';
import {
  type Accepted,
  type Entry,
  type Observing,
  type Outcome,
  type OutcomeListener,
  Outcomes,
  toOutcome,
} from '../sources/outcomes.ts';
import type { PushedItem, PushSource } from '../sources/source.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { toItemDigest } from './item-digest.ts';
import { type Left, type Place, readPlaces } from './recover-outcomes.ts';

/** Whose notes say what has become of items; no agent has this address. */
const OWNER = 'outcomes:';

export interface RunObservationsOptions {
  readonly run: string;
  readonly store: MemoryStore;
  readonly clock: Pick<Clock, 'elapsed'>;
  readonly durability: Durability;
  readonly remaining: Left;
  /** Draws an item's id. */
  nextId(source: string): string;
}

/** The run that is observed, from its beginning. */
export interface ObservationsHost extends Pick<AgentEnvironment, 'secrets' | 'storeFailed'> {
  readonly supervisor: Pick<Supervisor, 'office'>;
  subscribe(listener: (event: RunEvent) => void): () => void;
}

/** An outcome as a note has it. */
interface Kept {
  readonly entry: Entry;
  /** Until it is in a message. */
  readonly item?: PushedItem;
}

/**
 * What is pushed into a run from outside, and what becomes of it. Each item is written down before it goes on its way, and
 * its outcome over it: a resumed run knows both.
 */
export class RunObservations implements Observing {
  readonly #sources: ReadonlyMap<string, PushSource>;
  readonly #options: RunObservationsOptions;
  readonly #outcomes: Outcomes;
  readonly #tracker: OutcomeTracker;
  /** Where an earlier life has left items of which nobody knows yet what becomes of them, until the run begins. */
  #places: ReadonlyMap<string, Place> = new Map();
  /** Items of an earlier life that have reached nobody, until they are on their way again. */
  readonly #items = new Map<string, PushedItem>();
  /** And those that an agent has done with, nobody knows how. */
  readonly #past: { readonly id: string; readonly message: string; readonly agent: string }[] = [];
  /** Writes under way of what is not settled, by id. */
  readonly #writes = new Map<string, Promise<void>>();
  #host: ObservationsHost | undefined;

  private constructor(sources: ReadonlyMap<string, PushSource>, options: RunObservationsOptions) {
    this.#sources = sources;
    this.#options = options;
    this.#outcomes = new Outcomes({
      keep: (entry, item) => this.#keep(entry, item),
      forget: (id) => void options.store.deleteNote(options.run, OWNER, id).catch((error) => this.#fail(error)),
    });
    this.#tracker = new OutcomeTracker(this.#outcomes);
  }

  /** @throws {TroupeError} Rejects with `STORE_FAILED` if what was kept cannot be read. */
  static async open(
    sources: ReadonlyMap<string, PushSource>,
    options: RunObservationsOptions,
  ): Promise<RunObservations> {
    const observations = new RunObservations(sources, options);
    for (const { text } of await options.store.notes(options.run, OWNER)) {
      const { entry, item } = JSON.parse(text) as Kept;
      observations.#outcomes.restore(entry);
      if (item !== undefined) observations.#items.set(entry.id, item);
    }
    const open = observations.#outcomes.open();
    if (open.length === 0) return observations;
    const wanted = new Set(open.flatMap(({ id, message = id }) => [id, message]));
    observations.#places = await readPlaces(options.store, options.run, options.remaining, wanted);
    return observations;
  }

  /** Before the first event: watches the run, and knows where its items are. Called once. */
  watch(host: ObservationsHost): void {
    this.#host = host;
    host.subscribe(this.#tracker.take);
    const places = this.#places;
    this.#places = new Map();
    for (const { id, message: last = id } of this.#outcomes.open()) {
      // Whoever was to have it next may not have got it: then it is with whom it was before.
      const message = places.has(last) ? last : id;
      const place = places.get(message);
      if (place === undefined) continue;
      this.#items.delete(id);
      if (place.isCurrent) this.#tracker.goOn(place.agent, id);
      if (place.isPast) this.#past.push({ id, message, agent: place.agent });
      else this.#outcomes.change(id, message === last ? place.change : { ...place.change, message });
    }
  }

  /** Sources have been started: what has reached nobody goes on its way again, before what is new. Called once. */
  start(): void {
    for (const { id, source: name } of this.#outcomes.open()) {
      const item = this.#items.get(id);
      const source = this.#sources.get(name);
      if (item !== undefined && source !== undefined) this.#push(source, { ...item, id }, true).catch(() => undefined);
    }
    this.#items.clear();
    void this.#askPast();
  }

  get names(): readonly string[] {
    return [...this.#sources.keys()];
  }

  async observe(source: string, item: PushedItem): Promise<Accepted> {
    const { id } = await this.accept(source, item);
    const entry = this.#outcomes.get(id);
    if (entry === undefined) return { outcome: { id, source, status: 'waiting' } };
    return { outcome: toOutcome(entry), ...(entry.user !== undefined && { user: entry.user }) };
  }

  /**
   * As `observe`.
   *
   * @returns `taken` resolves when there was room for it in its agent's mailbox; at once for one that was there before.
   */
  async accept(name: string, given: PushedItem): Promise<{ readonly id: string; readonly taken: Promise<void> }> {
    const source = this.#sources.get(name);
    if (source === undefined) throw toUnknown(name, this.names);
    const item = this.#host?.secrets?.json(given) ?? given;
    const digest = toItemDigest(name, item);
    const { id = this.#nextId(name) } = item;
    if (this.#isKnown(name, id, digest)) {
      await this.#writes.get(id);
      return { id, taken: Promise.resolve() };
    }
    const refusal = this.#refusal(name) ?? source.refusal(item);
    if (refusal !== undefined) throw refusal;
    const { user } = item;
    this.#outcomes.add({ id, source: name, status: 'waiting', digest, ...(user !== undefined && { user }) }, item);
    const taken = this.#push(source, { ...item, id });
    await this.#writes.get(id);
    return { id, taken };
  }

  find(source: string, id: string, user: string | undefined): Outcome | 'gone' | undefined {
    const entry = this.#outcomes.get(id);
    if (entry === undefined) return this.#outcomes.isGone(id) ? 'gone' : undefined;
    const isTheirs = entry.source === source && (entry.user === undefined || entry.user === user);
    return isTheirs ? toOutcome(entry) : undefined;
  }

  follow(id: string, listener: OutcomeListener): () => void {
    return this.#outcomes.follow(id, listener);
  }

  readonly isRead = (agent: string): boolean => this.#tracker.isRead(agent);

  /** @throws {TroupeError} `CONFLICT` if it is not the same item. */
  #isKnown(source: string, id: string, digest: string): boolean {
    const known = this.#outcomes.get(id);
    if (known === undefined && !this.#outcomes.isGone(id)) return false;
    if (known?.digest === digest) return true;
    const why = known === undefined ? 'its outcome is not kept any more' : 'it is the id of another item';
    throw new TroupeError('CONFLICT', `Cannot push "${id}" to source "${source}": ${why}; use another id`);
  }

  /** Why the run takes nothing at present. */
  #refusal(source: string): TroupeError | undefined {
    const refuse = (why: string) =>
      new TroupeError('SOURCE_UNAVAILABLE', `Cannot push to source "${source}": ${why}; try again later`);
    if (this.#tracker.isDraining) return refuse('the run is being ended');
    return this.#options.store.ready() === undefined ? undefined : refuse('memory cannot be written at present');
  }

  /** The clock of a resumed run begins a little before the end of its earlier life. */
  #nextId(source: string): string {
    let id = this.#options.nextId(source);
    while (this.#outcomes.get(id) !== undefined || this.#outcomes.isGone(id)) id = this.#options.nextId(source);
    return id;
  }

  #push(source: PushSource, item: PushedItem & { readonly id: string }, isAgain = false): Promise<void> {
    const { id } = item;
    const taken = source.push(item, { isAgain }).then(() => {
      const entry = this.#outcomes.get(id);
      // The source's template has made nothing of it, and so it was passed over.
      if (entry?.status === 'waiting' && entry.agent === undefined) throw toBlank(entry.source);
    });
    taken.catch((error) => {
      // When the run is ended, it comes again after that.
      if (this.#tracker.isDraining) return;
      this.#outcomes.change(id, { status: 'failed', error: toErrorInfo(error) });
    });
    return taken;
  }

  /** What agents have answered in an earlier life of the run, just before its end. */
  async #askPast(): Promise<void> {
    for (const { id, message, agent } of this.#past.splice(0)) {
      const reply = await this.#host?.supervisor.office.findAnswer(agent, message).catch(() => undefined);
      this.#outcomes.change(id, reply === undefined ? toLost(agent) : { status: 'done', agent, reply: reply.text });
    }
  }

  #keep(entry: Entry, item: PushedItem | undefined): void {
    const { store, run, clock, durability } = this.#options;
    const { id } = entry;
    const kept: Kept = { entry, ...(item !== undefined && { item }) };
    const note = { key: id, text: JSON.stringify(kept), agent: entry.agent ?? '', at: clock.elapsed() };
    const written = store.putNote(run, OWNER, note);
    written.catch((error) => this.#fail(error));
    if (durability === 'async' || item === undefined) return;
    this.#writes.set(id, written);
    const forget = (): void => void this.#writes.delete(id);
    written.then(forget, forget);
  }

  #fail(error: unknown): void {
    this.#host?.storeFailed(error);
  }
}

function toLost(agent: string): Partial<Entry> {
  const message = `Cannot answer: the run was cut short, and it is not known what "${agent}" has answered`;
  return { status: 'failed', agent, error: { code: 'ABORTED', message } };
}

function toBlank(source: string): TroupeError {
  return new TroupeError('SOURCE_FAILED', `Cannot push to source "${source}": its text template makes nothing of it`);
}

function toUnknown(name: string, names: readonly string[]): TroupeError {
  const message = `Cannot push to source "${name.slice(0, 100)}": there are ${names.join(', ')}`;
  return new TroupeError('SOURCE_UNKNOWN', message);
}
