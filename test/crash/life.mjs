/**
 * One life of a run that is killed: `node life.mjs DATA WORLD [RUN]`. Begins a run, or goes on with RUN; prints a JSON line for
 * its id, for each turn that is on disk, and for its end. What its tools do is seen in the folder WORLD alone.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is tried: the compiled package. */
const DIST = pathToFileURL(`${process.env.TROUPE_DIST ?? join(import.meta.dirname, '../../dist')}/`);
const { defineModel, defineTool, parseScenario, startRun } = await import(new URL('index.js', DIST).href);
const { openLmdbStore } = await import(new URL('memory/lmdb.js', DIST).href);

const [, , data = '', world = '', id] = process.argv;
const AGENTS = 20;
const OBSERVATIONS = 8;

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (/** @type {object} */ line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const add = (/** @type {string} */ file, /** @type {string} */ line) => appendFileSync(join(world, file), `${line}\n`);

/** What a tool does is in the middle of its call, so that a kill may come before or after it. */
const look = defineTool({
  name: 'look',
  description: 'Changes nothing.',
  effects: 'none',
  execute: async ({ order }) => {
    await pause(Math.random() * 15);
    add('look.txt', String(order));
    return 'seen';
  },
});
const put = defineTool({
  name: 'put',
  description: 'Stores an order under its key.',
  effects: 'idempotent',
  execute: async ({ order }, { idempotencyKey }) => {
    await pause(Math.random() * 15);
    const file = join(world, `put-${idempotencyKey}`);
    if (existsSync(file)) add('put-again.txt', String(order));
    writeFileSync(file, String(order));
    return 'stored';
  },
});
const pay = defineTool({
  name: 'pay',
  description: 'Pays an order. Twice is twice.',
  effects: 'once',
  execute: async ({ order }) => {
    await pause(Math.random() * 15);
    add('paid.txt', String(order));
    await pause(Math.random() * 15);
    return 'paid';
  },
});
const check = defineTool({
  name: 'check',
  description: 'Whether an order is paid.',
  effects: 'none',
  execute: ({ order }) => {
    const file = join(world, 'paid.txt');
    return existsSync(file) && readFileSync(file, 'utf8').split('\n').includes(String(order));
  },
});

const clerk = defineModel({
  name: 'clerk',
  decide: async ({ observation, transcript }) => {
    await pause(Math.random() * 30);
    const order = transcript.findLast((message) => message.role === 'user')?.content ?? '';
    const call = (/** @type {string} */ name) => ({ name, args: { order } });
    if (observation.kind !== 'results') return { toolCalls: ['look', 'put', 'pay'].map(call) };
    const results = Object.fromEntries((observation.results ?? []).map(({ name, content }) => [name, content]));
    if (results.check === false) return { toolCalls: [call('pay')] };
    if (results.pay?.interrupted) return { toolCalls: [call('check')] };
    return 'done';
  },
});

const text = JSON.stringify({
  name: 'crash',
  agents: {
    clerk: {
      count: AGENTS,
      model: 'clerk',
      tools: ['look', 'put', 'pay', 'check'],
      observe: Array.from({ length: OBSERVATIONS }, (_, i) => `{{ agent }} order ${i}`),
    },
  },
  // Kills must not stop at what the disk has only been handed.
  memory: { durability: process.env.DURABILITY ?? 'sync' },
});
const tools = [look, put, pay, check];
const known = { models: ['clerk'], tools: tools.map(({ name }) => name) };
const scenario = parseScenario(text, { name: 'crash', folder: process.cwd(), known });

let resume;
if (id !== undefined) {
  const store = await openLmdbStore(data, { readOnly: true });
  resume = await store.run(id);
  await store.close();
}
const run = await startRun(scenario, { data, models: [clerk], tools, ...(resume && { resume }) });
say({ run: run.id });
run.subscribe((event) => {
  if (event.type === 'agent.stored') say({ stored: event.agent, turn: event.turn });
});
const { status } = await run.finished;
say({ status });
