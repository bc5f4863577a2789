import { constants, existsSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { LINKS_MAX, WALK_STEPS_MAX } from '../../base/limits.ts';
import { Refusal } from './explain.ts';

/** Where Linux has this process's descriptors, by number; a path through one starts at what it was opened on. */
const DESCRIPTORS = '/proc/self/fd';
const BY_DESCRIPTOR = process.platform === 'linux' && existsSync(DESCRIPTORS);
/** Linux: a descriptor for the name alone, which neither reads, blocks nor wakes a device. Node has no name for it. */
const O_PATH = 0x200000;
/** Windows has no such flag. */
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;

/** Something inside a folder, as it was when it was found. */
interface Spot {
  readonly stats: Stats;
  /** An absolute path to it; on Linux it stays the way to this very thing, whatever is renamed. */
  readonly address: string;
  readonly handle?: FileHandle;
}

/** What a path leads to. */
export interface Place {
  /** From the folder down, links resolved; the last ones may not exist. */
  readonly names: readonly string[];
  /** Absent: it does not exist. */
  readonly stats?: Stats;
  /** An absolute path to it, which stays the way to this very thing on Linux, whatever is renamed. */
  readonly address: string;
  /** The same of the folder that it is in. */
  readonly parent: string;
  /** Opens what was found, and refuses what was put in its place meanwhile. */
  open(flags: number): Promise<FileHandle>;
  /** Whether it and the folder it was found in are still inside. To be asked last, before anything is given out or changed. */
  isInside(): Promise<boolean>;
}

/**
 * Goes down a path inside a folder, and gives what it leads to for as long as `use` takes.
 *
 * Each name is looked up in the folder that is in hand, and a link is never followed by the system: its text is read, and
 * its names are looked up in the same way. So nothing outside is ever opened, and a folder that is replaced by a link
 * between two steps leads nowhere else. Elsewhere than on Linux a folder cannot be held in hand; there the names are
 * checked one by one and the whole once more at the end, which makes such a race hard but does not rule it out.
 *
 * A link may lead up and down as long as it stays inside; an absolute one has to begin with the folder's real path.
 *
 * @param root Absolute, and its own real path.
 * @param names Without `..`, as `parsePath` gives them.
 * @param options.makeFolders Makes those on the way that do not exist.
 * @throws {Refusal} If the path leads out, in a circle, or through a file; the system's own errors as they are.
 */
export async function walkInside<T>(
  root: string,
  names: readonly string[],
  options: { readonly makeFolders?: boolean },
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const walk = new Walk(root, names, options.makeFolders === true);
  try {
    return await use(await walk.go());
  } finally {
    await walk.close();
  }
}

class Walk {
  readonly #root: string;
  readonly #makeFolders: boolean;
  /** Names still to be looked up; after a link, `..` may be among them. */
  #ahead: string[];
  /** Names of the folders gone through. */
  #behind: string[] = [];
  /** The one in hand. */
  #folder: Spot | undefined;
  /** What was found in it. */
  #found: Spot | undefined;
  #links = 0;
  #steps = 0;

  constructor(root: string, names: readonly string[], makeFolders: boolean) {
    this.#root = root;
    this.#ahead = [...names];
    this.#makeFolders = makeFolders;
  }

  async go(): Promise<Place> {
    let folder = await this.#start();
    for (let name = this.#ahead.shift(); name !== undefined; name = this.#ahead.shift()) {
      if (++this.#steps > WALK_STEPS_MAX) throw new Refusal('the path is too long');
      if (name === '..') {
        folder = await this.#goUp(folder);
        continue;
      }
      const child = await openSpot(join(folder.address, name));
      this.#found = child;
      if (this.#ahead.length === 0 && child?.stats.isSymbolicLink() !== true) return this.#toPlace(folder, [name]);
      if (child === undefined) {
        // It would be the folder above one that does not exist.
        if (this.#ahead.includes('..')) throw new Refusal('it is a link that leads nowhere');
        if (!this.#makeFolders) return this.#toPlace(folder, [name, ...this.#ahead]);
        await makeFolder(join(folder.address, name));
        this.#ahead.unshift(name);
      } else {
        folder = await this.#goOn(folder, name, child);
      }
    }
    return this.#toPlace(folder, []);
  }

  async close(): Promise<void> {
    const spots = [this.#found, this.#folder];
    this.#found = undefined;
    this.#folder = undefined;
    for (const spot of spots) await spot?.handle?.close();
  }

  /** Begins again at the top, with all names gone through ahead. */
  async #start(): Promise<Spot> {
    await this.close();
    const root = await openSpot(this.#root);
    this.#folder = root;
    if (root === undefined || !root.stats.isDirectory() || (await whereIs(root)) !== this.#root) {
      throw new Refusal('the folder has been moved or removed');
    }
    this.#ahead.unshift(...this.#behind);
    this.#behind = [];
    return root;
  }

  /** A text of many `..` costs one way down. */
  async #goUp(folder: Spot): Promise<Spot> {
    if (this.#behind.pop() === undefined) throw new Refusal('it is outside the folder');
    return this.#ahead[0] === '..' ? folder : await this.#start();
  }

  async #goOn(folder: Spot, name: string, child: Spot): Promise<Spot> {
    if (child.stats.isSymbolicLink()) {
      this.#turn(await readlink(join(folder.address, name)));
      return this.#start();
    }
    if (!child.stats.isDirectory()) throw new Refusal('a part of the path is a file, not a folder');
    this.#found = undefined;
    this.#folder = child;
    this.#behind.push(name);
    await folder.handle?.close();
    return child;
  }

  /** Puts the names of a link's text ahead, in the place of its own. */
  #turn(target: string): void {
    if (++this.#links > LINKS_MAX) throw new Refusal('it is a link that leads nowhere');
    let text = target;
    if (isAbsolute(target)) {
      if (target !== this.#root && !target.startsWith(withSeparator(this.#root))) {
        throw new Refusal('it is outside the folder');
      }
      text = target.slice(this.#root.length);
      this.#behind = [];
    }
    const names = text.split(sep === '/' ? '/' : /[\\/]/).filter((name) => name !== '' && name !== '.');
    this.#ahead.unshift(...names);
  }

  #toPlace(folder: Spot, last: readonly string[]): Place {
    const found = last.length === 0 ? folder : this.#found;
    const names = [...this.#behind, ...last];
    const isAt = async (spot: Spot, way: readonly string[]): Promise<boolean> => {
      const place = await whereIs(spot);
      if (spot.handle === undefined) return place === join(this.#root, ...way);
      return place === this.#root || place.startsWith(withSeparator(this.#root));
    };
    return {
      names,
      ...(found === undefined ? {} : { stats: found.stats }),
      address: found?.address ?? join(folder.address, ...last),
      parent: folder.address,
      open: (flags) => openFound(found, flags),
      isInside: async () => (await isAt(folder, this.#behind)) && (found === undefined || (await isAt(found, names))),
    };
  }
}

async function openSpot(path: string): Promise<Spot | undefined> {
  try {
    if (!BY_DESCRIPTOR) return { stats: await lstat(path), address: path };
    const handle = await open(path, O_PATH | NOFOLLOW);
    try {
      return { stats: await handle.stat(), address: `${DESCRIPTORS}/${handle.fd}`, handle };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Where a folder is now. */
function whereIs(folder: Spot): Promise<string> {
  return folder.handle === undefined ? realpath(folder.address) : readlink(folder.address);
}

async function openFound(found: Spot | undefined, flags: number): Promise<FileHandle> {
  if (found === undefined) throw new Refusal('it does not exist');
  // A descriptor's own path is a link, to what it was opened on and nothing else.
  if (found.handle !== undefined) return open(found.address, flags);
  const handle = await open(found.address, flags | NOFOLLOW);
  try {
    const { dev, ino } = await handle.stat();
    if (dev !== found.stats.dev || ino !== found.stats.ino) throw new Refusal('it was changed meanwhile');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** With it, or `/data-secret` would be inside `/data`. */
function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep;
}
