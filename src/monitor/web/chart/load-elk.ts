import type { Elk } from '../../chart/place-boxes.ts';

const WORKER = '/elk-worker.min.js';
let elk: Promise<Elk> | undefined;

/** What places boxes, in a worker. Only who looks at a chart loads it. */
export function loadElk(): Promise<Elk> {
  elk ??= load();
  return elk;
}

async function load(): Promise<Elk> {
  const { default: ELK } = await import('elkjs/lib/elk-api.js');
  return new ELK({ workerUrl: WORKER });
}
