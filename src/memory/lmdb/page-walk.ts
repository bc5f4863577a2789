import { readFreeList } from './free-list.ts';
import { type Meta, type Page, type PageFile, readTree, readUint64, type Tree } from './page-file.ts';
import {
  assertOverflow,
  type BranchNode,
  type LeafNode,
  type Nodes,
  OVERFLOW_VALUE_AT,
  readNodes,
  readTransaction,
} from './page-nodes.ts';

/** LMDB goes no deeper. */
const DEPTH_MAX = 32;
/** The two descriptions come before all other pages. */
const FIRST_PAGE = 2;

/** What is in them is found by their names. */
const TABLES = ['runs', 'batches', 'notes', 'store'] as const;

/** An entry of a table, and where its value lies in the file. */
export interface Entry {
  readonly key: Buffer;
  readonly offset: number;
  readonly length: number;
}

/** What one tree has shown so far. */
interface Seen {
  readonly tree: Tree;
  readonly compare: (a: Buffer, b: Buffer) => number;
  readonly onLeaf: (node: LeafNode, page: Page) => void;
  previous: Buffer | undefined;
  /** The next key may not be less. */
  bound: Buffer | undefined;
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
}

/**
 * Goes through all pages that a description of the database leads to, and checks each before it is used: LMDB follows
 * what it finds there, and ends the process when that is damaged.
 */
export class PageWalk {
  /** What is wrong, a page each, as `page 7 has ...`. */
  readonly problems: string[] = [];
  readonly #file: PageFile;
  readonly #meta: Meta;
  readonly #taken: Uint8Array;
  /** The last transaction that any of the pages is of. */
  latest = 0;
  /** Pages that nothing is on. */
  freePages = 0;

  constructor(file: PageFile, meta: Meta) {
    this.#file = file;
    this.#meta = meta;
    // A last page that is beyond the file is found when somebody refers to it.
    const pages = Math.min(meta.lastPage + 1, Math.ceil(file.fileBytes / file.pageBytes));
    this.#taken = new Uint8Array(Math.max(FIRST_PAGE, pages));
  }

  /** @param onEntry Called with everything that is whole, table by table. */
  run(onEntry: (table: string, entry: Entry) => void = () => {}): void {
    const { main, free, transaction } = this.#meta;
    const trees: { readonly name: string; readonly tree: Tree; readonly page: number }[] = [];
    this.#walk(main, Buffer.compare, (node, page) => {
      const name = node.key.toString('latin1');
      if (node.isTree) trees.push({ name, tree: readTree(page.view, node.valueAt ?? 0), page: page.number });
      else this.#complain(page.number, `holds "${name}", which is no table`);
    });
    const names = new Set(trees.map(({ name }) => name));
    for (const { name: found, tree, page: from } of trees) {
      const name = toTableName(found, names);
      if (`${name}\0` !== found) this.#complain(from, `has a table ${JSON.stringify(found)} and no table "${name}"`);
      this.#walk(tree, Buffer.compare, (node, page) => {
        if (node.isTree) this.#complain(page.number, 'has a table within a table');
        else onEntry(name, this.#toEntry(node, page));
      });
    }
    const lists: { readonly entry: Entry; readonly page: number }[] = [];
    this.#walk(free, compareNumbers, (node, page) =>
      lists.push({ entry: this.#toEntry(node, page), page: page.number }),
    );
    // When everything that is in use is known.
    for (const { entry, page } of lists) this.#checkFree(entry, page);
    if (this.latest > transaction) {
      this.#complain(this.#meta.page, `is of transaction ${transaction}, and there are pages of ${this.latest}`);
    }
  }

  #toEntry({ key, valueAt, valueBytes, large }: LeafNode, page: Page): Entry {
    const first = large?.page ?? page.number;
    return { key, offset: first * this.#file.pageBytes + (valueAt ?? OVERFLOW_VALUE_AT), length: valueBytes };
  }

  /** LMDB writes to the pages that a list names: one of them in use, and it would be overwritten. */
  #checkFree({ offset, length }: Entry, from: number): void {
    for (const { page, pages } of readFreeList(this.#file.read(offset, length))) {
      const isThere = page >= FIRST_PAGE && page + pages <= this.#meta.lastPage + 1;
      // Free pages at the end need not be in the file.
      const reached = isThere ? this.#taken.subarray(page, page + pages) : undefined;
      if (reached === undefined || reached.includes(1)) {
        this.#complain(from, `lists page ${page} as free, which it is not`);
        return;
      }
      reached.fill(1);
      this.freePages += pages;
    }
  }

  #walk(tree: Tree, compare: Seen['compare'], onLeaf: Seen['onLeaf']): void {
    const counts = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    const seen: Seen = { tree, compare, onLeaf, previous: undefined, bound: undefined, ...counts };
    const problems = this.problems.length;
    if (tree.root !== undefined) this.#visit(seen, tree.root, this.#meta.page, 1);
    // What could not be read was not counted.
    if (this.problems.length > problems) return;
    const differs = (Object.keys(counts) as (keyof typeof counts)[]).some((name) => seen[name] !== tree[name]);
    if (differs) this.#complain(this.#meta.page, 'describes a tree that is not the one there is');
  }

  #visit(seen: Seen, number: number, from: number, depth: number): void {
    const page = this.#take(number, 1, from);
    if (page === undefined) return;
    let found: Nodes;
    try {
      found = readNodes(page);
    } catch (error) {
      this.#complain(number, (error as Error).message);
      return;
    }
    if (found.problem !== undefined) this.#complain(number, found.problem);
    if (found.kind === 'leaf') this.#visitLeaf(seen, page, found.nodes, depth);
    else this.#visitBranch(seen, page, found.nodes, depth);
  }

  #visitBranch(seen: Seen, page: Page, nodes: readonly BranchNode[], depth: number): void {
    seen.branchPages++;
    if (depth >= Math.min(DEPTH_MAX, seen.tree.depth)) this.#complain(page.number, 'is deeper than its tree');
    if (depth >= DEPTH_MAX) return;
    if (nodes.length === 0) this.#complain(page.number, 'leads nowhere');
    for (const [place, { key, page: child }] of nodes.entries()) {
      if (place > 0) {
        if (seen.previous !== undefined && seen.compare(seen.previous, key) >= 0) {
          this.#complain(page.number, 'has its entries out of order');
        }
        seen.bound = key;
      }
      this.#visit(seen, child, page.number, depth + 1);
    }
  }

  #visitLeaf(seen: Seen, page: Page, nodes: readonly LeafNode[], depth: number): void {
    seen.leafPages++;
    if (depth !== seen.tree.depth) this.#complain(page.number, 'is not as deep as its tree');
    let isOrdered = true;
    for (const node of nodes) {
      seen.entries++;
      if (seen.previous !== undefined && seen.compare(seen.previous, node.key) >= 0) isOrdered = false;
      if (seen.bound !== undefined && seen.compare(seen.bound, node.key) > 0) isOrdered = false;
      seen.previous = node.key;
      seen.bound = undefined;
      if (node.large !== undefined) {
        seen.overflowPages += node.large.pages;
        if (!this.#isWhole(node.large, page.number)) continue;
      }
      seen.onLeaf(node, page);
    }
    if (!isOrdered) this.#complain(page.number, 'has its entries out of order');
  }

  #isWhole({ page: number, pages }: { readonly page: number; readonly pages: number }, from: number): boolean {
    const page = this.#take(number, pages, from);
    if (page === undefined) return false;
    try {
      assertOverflow(page, pages);
      return true;
    } catch (error) {
      this.#complain(number, (error as Error).message);
      return false;
    }
  }

  /** @returns The first of the pages; undefined if they are not there, or were reached before. */
  #take(number: number, pages: number, from: number): Page | undefined {
    if (number < FIRST_PAGE || number + pages > this.#taken.length) {
      this.#complain(from, `refers to page ${number}, which is not there`);
      return undefined;
    }
    const reached = this.#taken.subarray(number, number + pages);
    if (reached.includes(1)) {
      this.#complain(from, `refers to page ${number}, as another one does`);
      return undefined;
    }
    reached.fill(1);
    try {
      const page = this.#file.page(number);
      // The last page of several is in the file too.
      if (pages > 1) this.#file.page(number + pages - 1);
      this.latest = Math.max(this.latest, readTransaction(page));
      return page;
    } catch (error) {
      this.#complain(number, (error as Error).message);
      return undefined;
    }
  }

  #complain(page: number, state: string): void {
    this.problems.push(`page ${page} ${state}`);
  }
}

/**
 * The name of a table, which ends in a null character, is not guarded by anything: one that is nearly that of a table that
 * is missing was that once.
 */
function toTableName(found: string, names: ReadonlySet<string>): string {
  const isNear = (name: string): boolean =>
    !names.has(name) && name.length === found.length && [...name].filter((one, i) => one !== found[i]).length === 1;
  return TABLES.find((name) => isNear(`${name}\0`)) ?? found.replace(/\0$/, '');
}

/** Of eight bytes each, as the machine has them. */
function compareNumbers(a: Buffer, b: Buffer): number {
  return toNumber(a) - toNumber(b);
}

function toNumber(key: Buffer): number {
  return key.length === 8 ? readUint64(new DataView(key.buffer, key.byteOffset, 8), 0) : -1;
}
