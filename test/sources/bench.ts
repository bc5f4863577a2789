import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { type Clock, createRealClock, createVirtualClock } from '../../src/base/clock.ts';
import type { ErrorInfo, JsonObject, SourceSpec } from '../../src/protocol.ts';
import { openSource } from '../../src/sources/open-source.ts';
import { Outlet } from '../../src/sources/outlet.ts';
import type { Source, SourceItem, SourceOptions } from '../../src/sources/source.ts';

export interface BenchOptions {
  readonly clock?: Clock;
  readonly virtual?: boolean;
  readonly position?: JsonObject;
  readonly input?: Readable;
  readonly params?: JsonObject;
  /** What becomes of an offer; at once by default. */
  readonly offer?: (item: SourceItem) => Promise<void>;
}

/** What a source under test did. */
export interface Bench {
  readonly items: SourceItem[];
  readonly texts: string[];
  readonly failures: ErrorInfo[];
  /** `items` of each `source.ended`. */
  readonly endings: number[];
  readonly positions: JsonObject[];
  readonly clock: Clock;
  readonly options: SourceOptions;
}

export function createBench({ virtual = true, clock, offer, params = {}, ...rest }: BenchOptions = {}): Bench {
  const time = clock ?? (virtual ? createVirtualClock() : createRealClock());
  onTestFinished(() => time.stop());
  const did = {
    items: [] as SourceItem[],
    texts: [] as string[],
    failures: [] as ErrorInfo[],
    endings: [] as number[],
    positions: [] as JsonObject[],
  };
  const options: SourceOptions = {
    ...rest,
    params,
    clock: time,
    virtual,
    async offer(item) {
      did.items.push(item);
      did.texts.push(item.text);
      await offer?.(item);
    },
    tell(fact) {
      if (fact.type === 'source.failed') did.failures.push(fact.error);
      else if (fact.type === 'source.ended') did.endings.push(fact.items);
      else throw new Error(`Unexpected ${fact.type}`);
    },
    keep: (position) => did.positions.push(position),
  };
  return { ...did, clock: time, options };
}

const COMMON = { to: 'a', policy: 'round-robin' } as const;

/** Distributes over the kinds. */
type Given<T> = T extends SourceSpec ? Omit<T, 'to' | 'policy'> : never;

export const toSpec = (given: Given<SourceSpec>): SourceSpec => ({ ...COMMON, ...given }) as SourceSpec;

export function createOutlet(bench: Bench, spec: Given<SourceSpec> = { kind: 'http' }): Outlet {
  return new Outlet('s', toSpec(spec), bench.options);
}

/** A source under test, which is stopped with it. */
export async function opened(
  spec: Given<SourceSpec>,
  options: BenchOptions = {},
): Promise<Bench & { readonly source: Source }> {
  const bench = createBench(options);
  const source = await openSource('s', toSpec(spec), bench.options);
  onTestFinished(() => source.stop());
  return { ...bench, source };
}

/** An offer that waits until it is released. */
export function createGate(): { readonly offer: () => Promise<void>; release(): void } {
  let waiting: (() => void)[] = [];
  return {
    offer: () => new Promise<void>((resolve) => waiting.push(resolve)),
    release() {
      const now = waiting;
      waiting = [];
      for (const resolve of now) resolve();
    },
  };
}
