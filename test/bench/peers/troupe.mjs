/** troupe's side: `node troupe.mjs in-memory|lmdb`. */
import { join } from 'node:path';
import { runScenario } from '../../../dist/index.js';
import { withTemporaryFolder } from '../children.mjs';
import { CONCURRENCY, expectAnswer, measureMany } from './measure.mjs';

const store = process.argv[2] ?? 'in-memory';
const file = join(import.meta.dirname, 'decide-tools-decide.yaml');

await withTemporaryFolder((data) =>
  measureMany(async (runs) => {
    /** @type {Map<number, string>} */
    const replies = new Map();
    await runScenario(file, {
      data,
      set: [`agents.analyst.count=${runs}`, `limits.concurrency.mock=${CONCURRENCY}`, `memory.store=${store}`],
      onEvent(event) {
        if (event.type === 'agent.replied') replies.set(Number(event.agent.split('/')[1]), event.reply);
      },
    });
    // Not in the listener, which must not throw.
    for (let index = 0; index < runs; index++) expectAnswer(replies.get(index), index);
  }),
);
