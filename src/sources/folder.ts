import { SOURCE_FOLDER_POLL_MS } from '../base/limits.ts';
import type { FolderSourceSpec, JsonObject } from '../protocol.ts';
import { DoneFiles } from './done-files.ts';
import { type FolderFile, listFolder } from './list-folder.ts';
import type { Outlet } from './outlet.ts';
import { createPulledSource } from './pulled-source.ts';
import { readText } from './read-text.ts';
import type { Source } from './source.ts';
import { toReason } from './to-reason.ts';

/**
 * Each file that is put into a folder, once, as soon as it does not change any more between two looks: oldest first by the
 * time it was written, then by name. Folders in it, links and what begins with a dot are left out.
 *
 * A name that goes and comes again is a new file. After a resume, one that was changed meanwhile comes again. In a
 * rehearsal what is there comes by name, and the source ends; with `once`, when all that is there has been given.
 */
export function createFolder(outlet: Outlet, spec: FolderSourceSpec): Source {
  const { position, virtual } = outlet.options;
  const watch = new FolderWatch(outlet, spec, new DoneFiles(position));
  return createPulledSource(outlet, () => (virtual ? watch.giveAll() : watch.run()));
}

class FolderWatch {
  readonly #outlet: Outlet;
  readonly #spec: FolderSourceSpec;
  readonly #done: DoneFiles;
  /** As they were at the last look: those that have not been given. */
  #before: ReadonlyMap<string, FolderFile> = new Map();
  /** Files that could not be read, and why; they are tried again. */
  readonly #refusals = new Map<string, string>();

  constructor(outlet: Outlet, spec: FolderSourceSpec, done: DoneFiles) {
    this.#outlet = outlet;
    this.#spec = spec;
    this.#done = done;
  }

  async run(): Promise<void> {
    const outlet = this.#outlet;
    while (!outlet.isOver) {
      const isAll = await this.#look();
      if (outlet.isOver) return;
      if (isAll && this.#spec.once) outlet.end();
      else await outlet.sleep(SOURCE_FOLDER_POLL_MS);
    }
  }

  async giveAll(): Promise<void> {
    const { position } = this.#outlet.options;
    const after = typeof position?.name === 'string' ? position.name : '';
    const files = await this.#list();
    for (const file of (files ?? []).sort(byName)) {
      if (this.#outlet.isOver) return;
      const id = `${this.#outlet.name}:${file.name}`;
      if (file.name > after) await this.#give(file, id, () => ({ name: file.name }));
    }
    this.#outlet.end();
  }

  /** @returns Whether nothing is left that has to be waited for. */
  async #look(): Promise<boolean> {
    const startedAt = this.#outlet.options.clock.now();
    const files = await this.#list();
    if (files === undefined) return true;
    this.#done.forgetAllBut(files);
    const open = files.filter((file) => !this.#done.has(file));
    const still = open.filter((file) => this.#isStill(file)).sort(byAge);
    const moving = open.filter((file) => !this.#isStill(file));
    this.#done.lookedAt(startedAt, { moving, still });
    const refused: FolderFile[] = [];
    for (const file of still) {
      if (this.#outlet.isOver) return false;
      const id = `${this.#outlet.name}:${file.name}:${file.writtenMs}`;
      if (!(await this.#give(file, id, () => this.#done.toPosition()))) refused.push(file);
    }
    this.#before = new Map([...moving, ...refused].map((file) => [file.name, file]));
    for (const name of this.#refusals.keys()) if (!this.#before.has(name)) this.#refusals.delete(name);
    return moving.length === 0;
  }

  #isStill(file: FolderFile): boolean {
    const before = this.#before.get(file.name);
    return before !== undefined && before.bytes === file.bytes && before.writtenMs === file.writtenMs;
  }

  /** @returns Undefined if the folder cannot be read, which is told. */
  async #list(): Promise<FolderFile[] | undefined> {
    const { folder, extension, once } = this.#spec;
    const { clock, virtual } = this.#outlet.options;
    try {
      const files = await clock.external(listFolder(folder, extension, (name) => this.#done.isKnown(name)));
      this.#outlet.isFine();
      return files;
    } catch (error) {
      const then = once || virtual ? 'nothing comes of it' : 'it is tried again';
      this.#outlet.fail(`Cannot read folder "${folder}": ${toReason(error)}; ${then}`);
      return undefined;
    }
  }

  /** @returns Whether the file needs no other look. */
  async #give(file: FolderFile, id: string, toPosition: () => JsonObject): Promise<boolean> {
    const { path, name } = file;
    const read = await this.#read(file);
    if (read === undefined || this.#outlet.isOver) return false;
    this.#done.add(file);
    const { bytes, text } = read;
    const sent = { path, name, bytes, n: this.#outlet.next };
    const data = text === undefined ? sent : { ...sent, text };
    const own = text === undefined || text.trim() === '' ? `${name} (${bytes} bytes)` : text;
    await this.#outlet.give({ text: own, data, sent, id }, toPosition);
    return true;
  }

  /** @returns Undefined if it cannot be read, which is told once for each reason. */
  async #read({ path, name }: FolderFile): Promise<Awaited<ReturnType<typeof readText>> | undefined> {
    try {
      return await this.#outlet.options.clock.external(readText(path));
    } catch (error) {
      const reason = toReason(error);
      if (this.#refusals.get(name) !== reason) this.#outlet.warn(`Cannot read "${path}": ${reason}; it is passed over`);
      this.#refusals.set(name, reason);
      return undefined;
    }
  }
}

function byName(a: FolderFile, b: FolderFile): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function byAge(a: FolderFile, b: FolderFile): number {
  return a.writtenMs - b.writtenMs || byName(a, b);
}
