import MiniSearch from 'minisearch';

/** Words of a query that are looked up, the longest ones; each costs up to 0.2 ms in which nothing else runs. */
const QUERY_MAX_WORDS = 24;

/** What is found as a whole. */
export interface IndexedText {
  /** Counts twice as much. */
  readonly title: string;
  readonly text: string;
}

export interface TextHit {
  readonly id: number;
  /** Higher is better. */
  readonly score: number;
  /** The words of the text that were found, in lower case. */
  readonly terms: ReadonlySet<string>;
}

interface Entry extends IndexedText {
  readonly id: number;
}

/** A full-text index in memory. */
export class TextIndex {
  readonly #index = new MiniSearch<Entry>({
    fields: ['title', 'text'],
    searchOptions: {
      boost: { title: 2 },
      // Short words have too many longer ones.
      prefix: (term) => term.length > 3,
    },
  });

  /** @param id Not used before. */
  add(id: number, { title, text }: IndexedText): void {
    this.#index.add({ id, title, text });
  }

  /** @param indexed What was added under this id. */
  remove(id: number, { title, text }: IndexedText): void {
    this.#index.remove({ id, title, text });
  }

  /** @returns Best first; what fits equally well in the order in which it was added. */
  find(query: string): TextHit[] {
    const words = toWords(query);
    const exact = this.#index.search(words);
    // Misspelled: looked for only then, since near words cost ten times as much as the word itself.
    const fuzzy = { fuzzy: (term: string) => (term.length > 4 ? 0.2 : false) };
    const found = exact.length > 0 ? exact : this.#index.search(words, fuzzy);
    return found.map(({ id, score, terms }) => ({ id, score, terms: new Set(terms) }));
  }
}

/** The longest words of a long query, in their order: they say the most. */
function toWords(query: string): string {
  const words = [...new Set(query.toLowerCase().split(/[\s\p{Z}\p{P}]+/u))];
  if (words.length <= QUERY_MAX_WORDS) return words.join(' ');
  const longest = new Set([...words].sort((a, b) => b.length - a.length).slice(0, QUERY_MAX_WORDS));
  return words.filter((word) => longest.has(word)).join(' ');
}
