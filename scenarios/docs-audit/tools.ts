/** What an auditor can look at: the links and the code fences of a Markdown file, as numbers of lines. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { defineTool, type ToolContext } from 'troupe';

const parameters = {
  type: 'object',
  properties: { path: { type: 'string', minLength: 1, description: 'Relative to the audited folder.' } },
  required: ['path'],
  additionalProperties: false,
};

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)/;
const LINK = /(?<!!)\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)/g;

/** Reads a file of the audited folder, and nothing outside of it. */
async function readLines(
  path: unknown,
  context: ToolContext,
): Promise<{ file: string; root: string; lines: string[] }> {
  const root = resolve(context.folder, String(context.params.docs));
  const file = resolve(root, String(path));
  if (!file.startsWith(root + sep)) throw new Error(`Cannot read "${path}": it is outside the audited folder`);
  return { file, root, lines: (await readFile(file, 'utf8')).split(/\r?\n/) };
}

interface Fence {
  readonly line: number;
  readonly label: string;
  readonly isClosed: boolean;
}

/** The fences of a text, and its lines with what is inside them blank. */
function splitFences(lines: readonly string[]): { fences: Fence[]; prose: string[] } {
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: { mark: string; line: number; label: string } | undefined;
  for (const [index, text] of lines.entries()) {
    const [, mark = '', label = ''] = FENCE.exec(text) ?? [];
    if (open === undefined && mark !== '') open = { mark, line: index + 1, label };
    else if (open !== undefined && mark.startsWith(open.mark) && label === '') {
      fences.push({ ...open, isClosed: true });
      open = undefined;
    } else if (open === undefined) {
      prose.push(text);
      continue;
    }
    prose.push('');
  }
  if (open !== undefined) fences.push({ ...open, isClosed: false });
  return { fences, prose };
}

/** The anchors that a page has, as most renderers name them. */
function toAnchors(prose: readonly string[]): Set<string> {
  const titles = prose.flatMap((text) => /^#{1,6}\s+(.+?)\s*#*$/.exec(text)?.[1] ?? []);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}

export const links = defineTool({
  name: 'links',
  description:
    'Checks where the links of a Markdown file lead: other files, anchors in them. Addresses are only counted.',
  parameters,
  effects: 'none',
  async execute({ path }, context) {
    const { file, root, lines } = await readLines(path, context);
    const { prose } = splitFences(lines);
    const found = prose.flatMap((text, index) =>
      [...text.matchAll(LINK)].map(([, to = '']) => ({ line: index + 1, to })),
    );
    const external = found.filter(({ to }) => /^[a-z][a-z0-9+.-]*:/i.test(to));
    const broken = [];
    for (const link of found) {
      const reason = external.includes(link) ? undefined : await findProblem(link.to, file, root, prose);
      if (reason !== undefined) broken.push({ ...link, reason });
    }
    return { links: found.length, external: external.length, broken };
  },
});

async function findProblem(
  to: string,
  file: string,
  root: string,
  prose: readonly string[],
): Promise<string | undefined> {
  const [place = '', anchor] = decodeURI(to).split('#');
  const target = place === '' ? file : resolve(place.startsWith('/') ? root : dirname(file), place.replace(/^\/+/, ''));
  if (relative(root, target).startsWith('..')) return 'it leads out of the folder';
  const stats = await stat(target).catch(() => undefined);
  if (stats === undefined) return 'there is no such file';
  if (anchor === undefined || anchor === '' || !stats.isFile()) return undefined;
  const there = target === file ? prose : splitFences((await readFile(target, 'utf8')).split(/\r?\n/)).prose;
  return toAnchors(there).has(anchor.toLowerCase()) ? undefined : 'there is no such heading';
}

export const fences = defineTool({
  name: 'fences',
  description: 'Finds code fences of a Markdown file that are never closed, or do not say their language.',
  parameters,
  effects: 'none',
  async execute({ path }, context) {
    const found = splitFences((await readLines(path, context)).lines).fences;
    return {
      fences: found.length,
      unclosed: found.filter(({ isClosed }) => !isClosed).map(({ line }) => line),
      unlabelled: found.filter(({ label }) => label === '').map(({ line }) => line),
    };
  },
});
