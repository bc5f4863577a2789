import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { readText } from '../files/read-text.ts';
import { type Section, splitSections } from './split-sections.ts';
import { TextIndex } from './text-index.ts';
import { toExcerpt } from './to-excerpt.ts';

/** A runbook folder has hundreds; past this it is another kind of search. */
const FILES_MAX = 10_000;
/** Folder entries looked at, in case the folder is somebody's whole disk. */
const ENTRIES_MAX = 100_000;
/** Nobody writes a page this long. */
const FILE_MAX_BYTES = 5 * 1024 * 1024;
/** Of all files; the index takes several times that in memory. */
const TOTAL_MAX_CHARS = 64 * 1024 * 1024;
/** Names shown of the files that were left out. */
const SHOWN_NAMES = 5;

const EXTENSIONS = new Set(['.md', '.markdown', '.txt']);

/** One section found. A type, not an interface: it is JSON. */
export type SearchHit = {
  /** `File title > Section`. */
  title: string;
  /** Relative to the folder, with `/`. */
  path: string;
  /** Higher is better; three decimals. */
  score: number;
  /** At most 240 characters around the words found. */
  excerpt: string;
};

export interface SearchIndex {
  /** Best first. If files were left out, one entry more at the end says which and why, with an empty path. */
  search(query: string, limit: number): SearchHit[];
}

interface Entry extends Section {
  readonly path: string;
}

/**
 * Reads the Markdown and text files under a folder into a full-text index, section by section.
 *
 * Links are not followed, names that begin with a dot are passed over. Files are taken by path, so that equal scores have
 * the same order everywhere.
 *
 * @param root Absolute, and its own real path.
 */
export async function buildSearchIndex(root: string): Promise<SearchIndex> {
  const { paths, notes } = await findFiles(root);
  const index = new TextIndex();
  const entries: Entry[] = [];
  const tooLarge: string[] = [];
  const unreadable: string[] = [];
  let chars = 0;
  for (const path of paths) {
    try {
      const { text, truncated } = await readText(root, path, FILE_MAX_BYTES);
      if (truncated || chars + text.length > TOTAL_MAX_CHARS) {
        tooLarge.push(path);
        continue;
      }
      chars += text.length;
      const extension = extname(path);
      const name = basename(path, extension);
      for (const section of splitSections(text, name, extension.toLowerCase() !== '.txt')) {
        index.add(entries.length, section);
        entries.push({ ...section, path });
      }
    } catch {
      unreadable.push(path);
    }
  }
  if (tooLarge.length > 0) notes.push(`${describe(tooLarge)} over the size limit (5 MB a file, 64 MB in all)`);
  if (unreadable.length > 0) notes.push(`${describe(unreadable)} not readable as text`);
  return { search: (query, limit) => [...find(index, entries, query, limit), ...toNote(notes)] };
}

function find(index: TextIndex, entries: readonly Entry[], query: string, limit: number): SearchHit[] {
  return index
    .find(query)
    .slice(0, limit)
    .flatMap(({ id, score, terms }) => {
      const entry = entries[id];
      if (entry === undefined) return [];
      const { title, path, text } = entry;
      return [{ title, path, score: Math.round(score * 1_000) / 1_000, excerpt: toExcerpt(text, terms) }];
    });
}

async function findFiles(root: string): Promise<{ paths: string[]; notes: string[] }> {
  const paths: string[] = [];
  const notes: string[] = [];
  const folders = [''];
  let seen = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await listFolder(join(root, folder));
    seen += entries.length;
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase())) paths.push(path);
    }
    if (paths.length > FILES_MAX || seen > ENTRIES_MAX) {
      notes.push(`more files than the first ${FILES_MAX} (or ${ENTRIES_MAX} folder entries)`);
      break;
    }
  }
  return { paths: paths.sort().slice(0, FILES_MAX), notes };
}

/** By name: which files come first must not depend on the file system. */
async function listFolder(path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function describe(paths: readonly string[]): string {
  const names = paths.slice(0, SHOWN_NAMES).join(', ');
  return `${paths.length} ${paths.length === 1 ? 'file' : 'files'} (${names}${paths.length > SHOWN_NAMES ? ', …' : ''})`;
}

function toNote(notes: readonly string[]): SearchHit[] {
  return notes.length === 0 ? [] : [{ title: 'Not searched', path: '', score: 0, excerpt: `${notes.join('; ')}.` }];
}
