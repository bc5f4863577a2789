type Watches = (agent: string) => boolean;

/** Who watches which agents. */
export interface Watchers {
  /** @returns Ends it. */
  add(watches: Watches): () => void;
  isWatched(agent: string): boolean;
}

export function createWatchers(): Watchers {
  const all = new Set<Watches>();
  return {
    add(watches) {
      // The same function twice is two watchers.
      const own: Watches = (agent) => watches(agent);
      all.add(own);
      return () => void all.delete(own);
    },
    isWatched(agent) {
      for (const watches of all) if (watches(agent)) return true;
      return false;
    },
  };
}
