import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import { SCENARIO_MAX_BYTES, SCENARIO_MAX_DEPTH } from '../../base/limits.ts';
import type { Json } from '../../protocol.ts';
import { Converter, TOO_DEEP, toKey, type YamlNode } from './converter.ts';
import { type Path, type Problem, ScenarioError } from './problems.ts';

/** Words, signs, spaces, line ends: `key: value` on a line makes seven. Parsing takes about 5 us for each. */
const TOKENS_MAX = 50_000;
/** YAML or JSON text as plain values, which knows where in the text each of them is. */
export interface TextDocument {
  /** Aliases copied in; undefined when the text has no value at all. */
  readonly value: Json | undefined;
  /** In what can be read all the same: duplicate and forbidden keys, aliases without an anchor. */
  readonly problems: readonly Problem[];
  /** True: one value on one line, `[...]`, `{...}` or a scalar, and not a block of lines or a `key: value`. */
  readonly inline: boolean;
  /** Where a value is, or its key. What is not in the text is where its nearest parent's key is. */
  locate(path: Path, at: 'key' | 'value'): { readonly line: number; readonly column: number };
}

/**
 * Reads YAML 1.2, of which JSON is a part.
 *
 * Contract: takes time linear in the text and a bounded stack, whatever the text: size, depth, tokens and copies made by
 * aliases are limited, and the limits on size and depth hold before anything is parsed that deep.
 *
 * @param file Its name for messages.
 * @throws {ScenarioError} If the text cannot be read at all: too large, too deep, binary, not YAML, several documents.
 */
export function readText(text: string, file: string): TextDocument {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (offset: number, message: string): never => {
    throw new ScenarioError([{ file, ...place(offset), path: '', message }]);
  };
  if (Buffer.byteLength(text) > SCENARIO_MAX_BYTES) {
    throw new ScenarioError([{ file, line: 0, column: 0, path: '', message: tooLarge(Buffer.byteLength(text)) }]);
  }
  lines.addNewLine(0);
  const nul = text.indexOf('\0');
  if (nul >= 0) refuse(0, 'cannot be read as text: it is a binary file');

  const document = compose(text, lines, refuse);
  const faults = [...document.errors, ...document.warnings].map((fault) => ({
    file,
    ...place(fault.pos[0]),
    path: '',
    message: `cannot be read as YAML: ${fault.message}`,
  }));
  if (faults.length > 0) throw new ScenarioError(oneALine(faults));

  const root = document.contents as YamlNode | null;
  const converter = new Converter();
  const value = isEmpty(root) ? undefined : converter.convert(root, 0);
  const problems = converter.faults.map(({ path, offset, message }) => ({
    file,
    ...place(offset),
    path: path.join('.'),
    message,
  }));
  return {
    value,
    problems,
    inline: !(isMap(root) || isSeq(root)) || root.flow === true,
    locate: (path, at) => place(findOffset(root, path, at, converter.targets)),
  };
}

/** The message for a file that is over the limit. */
export function tooLarge(bytes: number): string {
  return `cannot be used: it has ${bytes} bytes, and a scenario has at most ${SCENARIO_MAX_BYTES}`;
}

function compose(text: string, lines: LineCounter, refuse: (offset: number, message: string) => never): Document {
  // A text of nothing but mistakes makes an error for each, and most of the time goes into stack traces nobody sees.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    // Without `uniqueKeys`, which compares each key with each other; the converter below looks at them with a Set.
    const composer = new Composer({ schema: 'core', merge: false, resolveKnownTags: false, uniqueKeys: false });
    const [document, second] = composer.compose(tokens(text, lines, refuse), true, text.length);
    if (second !== undefined)
      refuse(second.range[0], 'cannot be used: a second document starts here, and a scenario is one');
    return document as Document;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Everything after this is recursive; the parser itself is not, so it is stopped as soon as it goes too deep. */
function* tokens(text: string, lines: LineCounter, refuse: (offset: number, message: string) => never) {
  const parser = new Parser(lines.addNewLine);
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    // The document itself, and what is just being read, are on the stack too.
    if (parser.stack.length > SCENARIO_MAX_DEPTH + 2) refuse(parser.offset, TOO_DEEP);
    if (++count > TOKENS_MAX) refuse(parser.offset, `cannot be used: it has more than ${TOKENS_MAX} words and signs`);
  }
  yield* parser.end();
}

function isEmpty(root: YamlNode | null): root is null {
  return root === null || (isScalar(root) && root.value === null && (root.source ?? '') === '');
}

/** After the first mistake of a line the parser has lost its way, and what it says next helps nobody. */
function oneALine(problems: readonly Problem[]): Problem[] {
  const seen = new Set<number>();
  return problems.filter(({ line }) => !seen.has(line) && seen.add(line));
}

function findOffset(
  root: YamlNode | null,
  path: Path,
  at: 'key' | 'value',
  targets: ReadonlyMap<unknown, YamlNode>,
): number {
  let node: YamlNode | null | undefined = root;
  let key = root?.range?.[0] ?? 0;
  let value = key;
  for (const step of path) {
    const from: YamlNode | null | undefined = isAlias(node) ? targets.get(node) : node;
    if (isSeq(from)) {
      node = from.items[Number(step)] as YamlNode | undefined;
      if (node === undefined) return key;
      key = node?.range?.[0] ?? key;
      value = key;
    } else if (isMap(from)) {
      const pair = from.items.find((item) => toKey(item.key as YamlNode) === String(step));
      if (pair === undefined) return key;
      node = pair.value as YamlNode | null;
      key = (pair.key as YamlNode).range?.[0] ?? key;
      value = node?.range?.[0] ?? key;
    } else {
      return key;
    }
  }
  return at === 'key' ? key : value;
}
