/**
 * Reads stores after a power cut: `node power-checker.mjs MODULE`, with the directories as lines on standard input. Prints
 * for each, as a line of JSON, the turns that are there by run and agent, or the error.
 */
import { createInterface } from 'node:readline';

const { openLmdbStore } = await import(process.argv[2]);

for await (const directory of createInterface({ input: process.stdin })) {
  const found = { directory, runs: {} };
  try {
    const store = await openLmdbStore(directory);
    for (const { id } of await store.runs()) {
      found.runs[id] = {};
      for (const { agent, turn } of await store.snapshots(id)) {
        const journal = await store.journal(id, agent);
        const transcript = await store.transcript(id, agent);
        const turns = journal.map((record) => record.turn);
        const whole = transcript.every(({ content }, index) => content.startsWith(`${agent} ${turns[index]} `));
        const inOrder = turns.every((one, index) => one === index + 1) && turns.at(-1) === turn;
        found.runs[id][agent] = whole && inOrder && transcript.length === turns.length ? turn : `torn: ${turns}`;
      }
    }
    // It can be written too.
    await store.append('after', 'a/0', {
      journal: [{ type: 'model.intended', turn: 1, at: 1, model: 'm' }],
      transcript: [],
    });
    await store.close();
  } catch (error) {
    found.error = String(error.message);
  }
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
