import { TroupeError } from '../base/errors.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { Durability, JsonObject, RunFact, SourceSpec } from '../protocol.ts';
import { openSource } from '../sources/open-source.ts';
import { isPushSource } from '../sources/pushed.ts';
import type { PushedItem, Source, SourceItem, SourceOptions } from '../sources/source.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { Left } from './recover-outcomes.ts';
import type { ObservationsHost, RunObservations } from './run-observations.ts';

/** Whose notes say where sources are; no agent has this address. */
const OWNER = 'sources:';

export interface RunSourcesOptions extends Pick<SourceOptions, 'params' | 'clock' | 'virtual' | 'tell' | 'input'> {
  readonly run: string;
  readonly store: MemoryStore;
  readonly durability: Durability;
  readonly remaining: Left;
}

/** The run that it comes into. */
export interface SourcesHost extends ObservationsHost {
  readonly supervisor: Supervisor;
  emit(fact: RunFact): void;
}

/** What comes into a run from outside, as its scenario says: each item goes to an agent, and waits for room there. */
export class RunSources {
  readonly #options: RunSourcesOptions;
  readonly #open: ReadonlyMap<string, Source>;
  readonly #active = new Set<string>();
  #observations: RunObservations | undefined;
  #host: SourcesHost | undefined;
  #count = 0;

  private constructor(options: RunSourcesOptions, open: ReadonlyMap<string, Source>) {
    this.#options = options;
    this.#open = open;
  }

  /** @throws {TroupeError} Rejects as `openSource`; with `STORE_FAILED` if where they were cannot be read. */
  static async open(specs: Readonly<Record<string, SourceSpec>>, options: RunSourcesOptions): Promise<RunSources> {
    const open = new Map<string, Source>();
    const sources = new RunSources(options, open);
    const { params, clock, virtual, tell, input, store, run, durability, remaining } = options;
    const kept = await store.notes(run, OWNER);
    const positions = new Map(kept.map(({ key, text }) => [key, JSON.parse(text) as JsonObject]));
    for (const [name, spec] of Object.entries(specs)) {
      const position = positions.get(name);
      const source = await openSource(name, spec, {
        ...{ params, clock, virtual, tell },
        ...(input !== undefined && { input }),
        ...(position !== undefined && { position }),
        offer: (item) => sources.#offer(name, spec, item),
        keep: (at) => sources.#keep(name, at),
      });
      open.set(name, source);
      sources.#active.add(name);
      void source.ended.then(() => sources.#ended(name));
    }
    const pushed = new Map([...open].flatMap(([name, source]) => (isPushSource(source) ? [[name, source]] : [])));
    const isHttp = Object.values(specs).some(({ kind }) => kind === 'http');
    // Nobody pushes in a rehearsal.
    if (isHttp && !virtual) {
      const { RunObservations } = await import('./run-observations.ts');
      const nextId = (name: string): string => sources.#nextId(name);
      const about = { run, store, clock, durability, remaining, nextId };
      sources.#observations = await RunObservations.open(pushed, about);
    }
    return sources;
  }

  /** Pushing from outside. Undefined: no source takes it. */
  get observations(): RunObservations | undefined {
    return this.#observations;
  }

  /** Something may still come. */
  get isActive(): boolean {
    return this.#active.size > 0;
  }

  /** Before the first event of an agent. */
  watch(host: SourcesHost): void {
    this.#host = host;
    this.#observations?.watch(host);
  }

  start(): void {
    for (const source of this.#open.values()) source.start();
    this.#observations?.start();
  }

  async stop(): Promise<void> {
    this.#active.clear();
    await Promise.allSettled([...this.#open.values()].map((source) => source.stop()));
  }

  /**
   * From outside, for a source of the kind `http`. Resolves when there was room for it in its agent's mailbox.
   *
   * @returns The item's id, by which its answer can be asked for.
   * @throws {TroupeError} Rejects as `Observing.observe`, and with `SOURCE_FAILED` if it was not taken.
   */
  async push(name: string, item: PushedItem): Promise<string> {
    if (this.#observations === undefined) {
      const message = `Cannot push to source "${name.slice(0, 100)}": nothing can be pushed into this run`;
      throw new TroupeError('SOURCE_UNKNOWN', message);
    }
    const { id, taken } = await this.#observations.accept(name, item);
    await taken;
    return id;
  }

  async #offer(name: string, spec: SourceSpec, { text, id = this.#nextId(name), ...rest }: SourceItem): Promise<void> {
    const host = this.#host;
    if (host === undefined) throw new TypeError('Cannot offer an item: the run has not begun');
    const { office } = host.supervisor;
    const from = `source:${name}`;
    const to = office.receiverOf(spec.to, { id, policy: spec.policy, ...rest });
    await office.input(from, to, text, { ...rest, id, waits: true });
    host.emit({ type: 'source.observed', source: name, item: id, to });
  }

  /** Unlike in every life of the run, since what came before may still be known by its id. */
  #nextId(name: string): string {
    return `${name}-${Math.round(this.#options.clock.elapsed() * 1_000)}-${++this.#count}`;
  }

  #keep(name: string, position: JsonObject): void {
    const { store, run, clock } = this.#options;
    const note = { key: name, text: JSON.stringify(position), agent: '', at: clock.elapsed() };
    store.putNote(run, OWNER, note).catch((error) => this.#host?.storeFailed(error));
  }

  #ended(name: string): void {
    if (this.#active.delete(name)) this.#host?.supervisor.check();
  }
}
