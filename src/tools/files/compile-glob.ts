/** Alternatives that the braces of a pattern may come to; they multiply, and each is tried. */
const ALTERNATIVES_MAX = 16;

/**
 * Compiles a file pattern: `*` any characters of a name, `?` one, `**` any folders, `{a,b}` either.
 *
 * The time that matching takes grows with the length of the pattern times that of the path, whatever they are: a pattern as
 * a regular expression, as libraries make one, can hold the event loop for minutes.
 *
 * @param pattern With a `/` it is for a whole path, otherwise for a name in any folder. Names that begin with a dot
 * are like others.
 * @returns Whether a path fits, given as its names; undefined if the braces come to more than 16 alternatives.
 */
export function compileGlob(pattern: string): ((names: readonly string[]) => boolean) | undefined {
  const texts = expandBraces(pattern);
  if (texts === undefined) return undefined;
  if (!pattern.includes('/')) return (names) => texts.some((text) => matchesName(text, names.at(-1) ?? ''));
  const patterns = texts.map((text) => text.split('/').filter((part) => part !== '' && part !== '.'));
  return (names) => patterns.some((parts) => matches(parts, names, '**', matchesName));
}

function matchesName(part: string, name: string): boolean {
  // By code point: `?` is one character, also outside the basic plane.
  return matches([...part], [...name], '*', (sign, character) => sign === '?' || sign === character);
}

/**
 * Whether each part fits one item, and each `star` any number of them. Only the last star has to be tried again with one
 * more item: what an earlier one could take instead, the last one can take, too.
 */
function matches(
  parts: readonly string[],
  items: readonly string[],
  star: string,
  fits: (part: string, item: string) => boolean,
): boolean {
  let part = 0;
  let item = 0;
  let lastStar = -1;
  let retryAt = 0;
  while (item < items.length) {
    if (parts[part] === star) {
      lastStar = part++;
      retryAt = item;
    } else if (part < parts.length && fits(parts[part] as string, items[item] as string)) {
      part++;
      item++;
    } else if (lastStar >= 0) {
      part = lastStar + 1;
      item = ++retryAt;
    } else {
      return false;
    }
  }
  while (parts[part] === star) part++;
  return part === parts.length;
}

/** The first innermost braces, again and again. */
function expandBraces(pattern: string): string[] | undefined {
  const done: string[] = [];
  const open = [pattern];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    const braces = /\{([^{}]*,[^{}]*)\}/.exec(text);
    if (braces === null) {
      done.push(text);
    } else {
      const [all, list = ''] = braces;
      const after = braces.index + all.length;
      for (const one of list.split(',')) open.push(text.slice(0, braces.index) + one + text.slice(after));
    }
    if (done.length + open.length > ALTERNATIVES_MAX) return undefined;
  }
  return done;
}
