import type { AgentEnvironment } from '../agent/environment.ts';
import { TroupeError } from '../base/errors.ts';
import {
  BOARD_CALLS_KEPT,
  BOARD_ERROR_CHARS,
  BOARD_KEY_MAX_CHARS,
  BOARD_KEYS_MAX,
  BOARD_TEXT_MAX_CHARS,
} from '../base/limits.ts';
import type { BlackboardSpec, Message } from '../protocol.ts';
import type { Board, BoardEntry } from '../tools/tool.ts';
import type { PostOffice } from './post-office.ts';

/** A call that reads or writes. */
export interface BoardCall {
  readonly agent: string;
  readonly idempotencyKey: string;
  /** The message its agent is answering. */
  readonly cause: Message | undefined;
}

type Parts = Pick<AgentEnvironment, 'run' | 'store' | 'clock' | 'emit' | 'secrets'>;
type Office = Pick<PostOffice, 'addresses' | 'isWired' | 'postOrBury'>;

/** An entry with the calls that have written it, oldest first: one that is made again after a crash is known. */
interface Kept extends Omit<BoardEntry, 'key'> {
  readonly calls: readonly { readonly call: string; readonly version: number }[];
}

/** The blackboards of a run. */
export class Blackboards {
  readonly #boards: ReadonlyMap<string, Blackboard>;

  constructor(parts: Parts, office: Office, specs: readonly BlackboardSpec[]) {
    this.#boards = new Map(specs.map((spec) => [spec.name, new Blackboard(parts, office, spec)]));
  }

  /** @throws {TroupeError} `TOOL_ARGUMENTS` if there is no such board. */
  of(name: string, call: BoardCall): Board {
    const board = this.#boards.get(name);
    if (board === undefined) {
      const there = [...this.#boards.keys()].join(', ') || 'none';
      throw new TroupeError('TOOL_ARGUMENTS', `Cannot open board "${name}": it is not in wiring; there are ${there}`);
    }
    return {
      read: (key) => board.read(key),
      all: () => board.all(),
      write: (key, text, version) => board.write(call, { key, text, version }),
    };
  }
}

interface Writing {
  readonly key: string;
  readonly text: string;
  readonly version: number | undefined;
}

/**
 * Texts by key, each with a version; in memory's store, one note for each key.
 *
 * What is written is there at once for all who read, and told to others when it is on disk.
 */
class Blackboard {
  readonly #parts: Parts;
  readonly #office: Office;
  readonly #spec: BlackboardSpec;
  /** Undefined: not read yet, or what is on disk is not known. */
  #entries: Promise<Map<string, Kept>> | undefined;

  constructor(parts: Parts, office: Office, spec: BlackboardSpec) {
    this.#parts = parts;
    this.#office = office;
    this.#spec = spec;
  }

  async read(key: string): Promise<BoardEntry | undefined> {
    const kept = (await this.#load()).get(key);
    return kept && toEntry(key, kept);
  }

  async all(): Promise<readonly BoardEntry[]> {
    return [...(await this.#load())].map(([key, kept]) => toEntry(key, kept));
  }

  async write(call: BoardCall, writing: Writing): Promise<BoardEntry> {
    const { secrets, clock, emit } = this.#parts;
    const { name } = this.#spec;
    const entries = await this.#load();
    const key = secrets?.text(writing.key) ?? writing.key;
    const text = secrets?.text(writing.text) ?? writing.text;
    const before = entries.get(key);
    const known = before?.calls.find((one) => one.call === call.idempotencyKey);
    if (known !== undefined) {
      // Whoever has it already knows its id.
      await this.#announce(call, key, text, known.version);
      return { key, text, version: known.version, by: call.agent, at: before?.at ?? clock.elapsed() };
    }
    this.#assertMayWrite({ ...writing, key, text }, before, entries.size);
    const version = (before?.version ?? 0) + 1;
    const calls = [...(before?.calls ?? []), { call: call.idempotencyKey, version }].slice(-BOARD_CALLS_KEPT);
    const kept: Kept = { text, version, by: call.agent, at: clock.elapsed(), calls };
    entries.set(key, kept);
    await this.#store(key, kept);
    emit({ type: 'board.written', board: name, key, version, agent: call.agent });
    await this.#announce(call, key, text, version);
    return toEntry(key, kept);
  }

  #assertMayWrite({ key, text, version }: Writing, before: Kept | undefined, size: number): void {
    const where = `Cannot write "${key.slice(0, 100)}" on board "${this.#spec.name}"`;
    const current = before?.version ?? 0;
    if (key.length === 0 || key.length > BOARD_KEY_MAX_CHARS) {
      throw new TroupeError('TOOL_ARGUMENTS', `${where}: a key has 1 to ${BOARD_KEY_MAX_CHARS} characters`);
    }
    if (text.length > BOARD_TEXT_MAX_CHARS) {
      throw new TroupeError('TOOL_ARGUMENTS', `${where}: a text has at most ${BOARD_TEXT_MAX_CHARS} characters`);
    }
    if (version !== undefined && version !== current) {
      const stands =
        before === undefined ? 'nothing stands there' : `there stands, by ${before.by}: ${shorten(before.text)}`;
      throw new TroupeError('CONFLICT', `${where}: it has version ${current}, not ${version}; ${stands}`);
    }
    if (before === undefined && size >= BOARD_KEYS_MAX) {
      throw new TroupeError('TOO_MANY', `${where}: it has ${size} keys, and that is the most; write one that is there`);
    }
  }

  /** To the members of its groups but the one who has written, who waits for room in mailboxes that block. */
  async #announce(call: BoardCall, key: string, text: string, version: number): Promise<void> {
    const { name, groups } = this.#spec;
    const { agent, idempotencyKey, cause } = call;
    const topic = `board/${name}/${key}`;
    const data = { board: name, key, version };
    const told = groups.flatMap((group) => {
      const isShared = this.#office.isWired(group);
      return (this.#office.addresses.members(group) ?? []).flatMap((to) => {
        if (to === agent) return [];
        const message = { id: `${idempotencyKey}@${to}`, from: agent, to, topic, body: text, data, cause };
        const way = isShared && { way: { isShared } };
        return [this.#office.postOrBury({ ...message, ...way, kind: 'topic' })];
      });
    });
    await Promise.all(told);
  }

  async #store(key: string, { by: agent, at, ...kept }: Kept): Promise<void> {
    const { store, run } = this.#parts;
    try {
      await store.putNote(run, this.#owner, { key, agent, at, text: JSON.stringify(kept) });
    } catch (error) {
      this.#entries = undefined;
      throw error;
    }
  }

  /** Read outside of the run's clock, which waits for it. */
  #load(): Promise<Map<string, Kept>> {
    const { store, run, clock } = this.#parts;
    this.#entries ??= clock.external((store.outside ?? store).notes(run, this.#owner)).then(
      (notes) =>
        new Map(
          notes.map(({ key, text, agent, at }) => {
            const kept = JSON.parse(text) as Pick<Kept, 'text' | 'version' | 'calls'>;
            return [key, { ...kept, by: agent, at }] as const;
          }),
        ),
      (error: unknown) => {
        this.#entries = undefined;
        throw error;
      },
    );
    return this.#entries;
  }

  get #owner(): string {
    return `board:${this.#spec.name}`;
  }
}

function toEntry(key: string, { text, version, by, at }: Kept): BoardEntry {
  return { key, text, version, by, at };
}

function shorten(text: string): string {
  const more = text.length - BOARD_ERROR_CHARS;
  return more <= 0 ? text : `${text.slice(0, BOARD_ERROR_CHARS)} [and ${more} more characters; read it]`;
}
