import { type Page, readUint16, readUint32, readUint64 } from './page-file.ts';

const HEADER_BYTES = 24;
const NODE_HEADER_BYTES = 8;
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
/** The value is on pages of its own. */
const LARGE = 1;
/** The value describes a tree. */
const TREE = 2;
/** What stands for a value on pages of its own: the first page, its transaction, how many. */
const REFERENCE_BYTES = 24;
export const TREE_BYTES = 48;

/** An entry of a leaf. */
export interface LeafNode {
  readonly key: Buffer;
  readonly valueBytes: number;
  /** Where the value begins in its page; undefined for one on pages of its own. */
  readonly valueAt: number | undefined;
  /** Of a value on pages of its own. */
  readonly large: { readonly page: number; readonly pages: number } | undefined;
  readonly isTree: boolean;
}

/** An entry of a branch: a page, and the least key that may be on it; the first one's key says nothing. */
export interface BranchNode {
  readonly key: Buffer;
  readonly page: number;
}

export type Nodes =
  | { readonly kind: 'leaf'; readonly nodes: readonly LeafNode[]; readonly problem: string | undefined }
  | { readonly kind: 'branch'; readonly nodes: readonly BranchNode[]; readonly problem: string | undefined };

/**
 * Reads what a page holds. `problem` tells of entries that could not be read, which are left out.
 *
 * @throws {Error} With the state as its message, if it is no page of a tree.
 */
export function readNodes(page: Page): Nodes {
  const { view, bytes } = page;
  assertNumber(page);
  const flags = readUint16(view, 18);
  if (flags !== BRANCH && flags !== LEAF) throw new Error(`is of no known kind (${flags})`);
  const room = bytes.length - HEADER_BYTES;
  const lower = readUint16(view, 20);
  const upper = readUint16(view, 22);
  if (lower % 2 !== 0 || lower > upper || upper > room) throw new Error('has a damaged header');
  let lost = 0;
  const spans: Span[] = [];
  const read = <Node>(toNode: (page: Page, at: number) => Read<Node> | undefined): Node[] => {
    const nodes: Node[] = [];
    for (let place = 0; place < lower; place += 2) {
      const pointer = readUint16(view, HEADER_BYTES + place);
      const fits = pointer >= upper && pointer % 2 === 0 && pointer + NODE_HEADER_BYTES <= room;
      const found = fits ? toNode(page, HEADER_BYTES + pointer) : undefined;
      if (found === undefined) lost++;
      else nodes.push(found.node);
      if (found !== undefined) spans.push({ start: pointer, end: found.end - HEADER_BYTES });
    }
    return nodes;
  };
  const told = (): string | undefined => {
    if (lost > 0) return `has ${lost} damaged ${lost === 1 ? 'entry' : 'entries'}`;
    return isFilled(spans, upper, room) ? undefined : 'has an entry that is not as long as its place';
  };
  if (flags === LEAF) {
    const nodes = read(toLeafNode);
    return { kind: 'leaf', nodes, problem: told() };
  }
  const nodes = read(toBranchNode);
  return { kind: 'branch', nodes, problem: told() };
}

/** An entry, and where in its page it ends. */
interface Read<Node> {
  readonly node: Node;
  readonly end: number;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Entries lie one after the other, each at an even place, up to the end of the page: LMDB moves them by their lengths. */
function isFilled(spans: readonly Span[], from: number, to: number): boolean {
  let next = from;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start !== next) return false;
    next = end + (end % 2);
  }
  return next === to;
}

/**
 * Checks the first page of a value on pages of its own.
 *
 * @throws {Error} With the state as its message.
 */
export function assertOverflow(page: Page, pages: number): void {
  assertNumber(page);
  if (readUint16(page.view, 18) !== OVERFLOW) throw new Error('does not hold a value');
  if (readUint32(page.view, 20) !== pages) throw new Error('has a damaged header');
}

/** Where a value on pages of its own begins, in bytes from the start of its first page. */
export const OVERFLOW_VALUE_AT = HEADER_BYTES;

/** The transaction that wrote a page. */
export function readTransaction({ view }: Page): number {
  return readUint64(view, 8);
}

function assertNumber({ view, number }: Page): void {
  if (readUint64(view, 0) !== number) throw new Error('has another number');
}

function toLeafNode({ view, bytes }: Page, at: number): Read<LeafNode> | undefined {
  const valueBytes = readUint16(view, at) + readUint16(view, at + 2) * 65_536;
  const flags = readUint16(view, at + 4);
  const keyBytes = readUint16(view, at + 6);
  const keyAt = at + NODE_HEADER_BYTES;
  const valueAt = keyAt + keyBytes;
  if (flags !== 0 && flags !== LARGE && flags !== TREE) return undefined;
  const stored = flags === LARGE ? REFERENCE_BYTES : valueBytes;
  if (keyBytes === 0 || valueAt + stored > bytes.length) return undefined;
  if (flags === TREE && valueBytes !== TREE_BYTES) return undefined;
  const key = bytes.subarray(keyAt, valueAt);
  const end = valueAt + stored;
  if (flags !== LARGE) return { node: { key, valueBytes, valueAt, large: undefined, isTree: flags === TREE }, end };
  const pages = Math.ceil((HEADER_BYTES + valueBytes) / bytes.length);
  if (readUint64(view, valueAt + 16) !== pages) return undefined;
  const large = { page: readUint64(view, valueAt), pages };
  return { node: { key, valueBytes, valueAt: undefined, large, isTree: false }, end };
}

function toBranchNode({ view, bytes }: Page, at: number): Read<BranchNode> | undefined {
  const page = readUint16(view, at) + readUint16(view, at + 2) * 65_536 + readUint16(view, at + 4) * 2 ** 32;
  const keyAt = at + NODE_HEADER_BYTES;
  const keyEnd = keyAt + readUint16(view, at + 6);
  if (keyEnd > bytes.length) return undefined;
  return { node: { key: bytes.subarray(keyAt, keyEnd), page }, end: keyEnd };
}
