/**
 * Heap of an agent that waits: `node --expose-gc idle-heap.mjs troupe|xstate [AGENTS]`. Prints
 * `{ agents, bytesPerAgent }`, the growth of `heapUsed` after a collection, divided by the agents.
 */
import { assign, createActor, setup } from 'xstate';

const AGENTS = 10_000;

/** @returns {number} Bytes in use once nothing more can be collected. */
function collectedHeap() {
  if (globalThis.gc === undefined) throw new Error('Cannot measure the heap: start node with --expose-gc');
  // Finalizers and weak references are settled by a second collection.
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** The least an agent can be in XState: the four states of a turn, a small context, one root actor. */
function startXstate(/** @type {number} */ agents) {
  const machine = setup({
    types: {
      context: /** @type {{ id: string, turn: number, inbox: string[] }} */ ({}),
      input: /** @type {{ id: string }} */ ({}),
      events: /** @type {{ type: 'message', text: string } | { type: 'decided' | 'executed' | 'stored' }} */ ({}),
    },
    actions: { receive: assign({ turn: ({ context }) => context.turn + 1 }) },
  }).createMachine({
    context: ({ input }) => ({ id: input.id, turn: 0, inbox: [] }),
    initial: 'observe',
    states: {
      observe: { on: { message: { target: 'decide', actions: 'receive' } } },
      decide: { on: { decided: 'executing-tools' } },
      'executing-tools': { on: { executed: 'storing' } },
      storing: { on: { stored: 'observe' } },
    },
  });
  const actors = new Map();
  for (let index = 0; index < agents; index++) {
    const id = `agent/${index}`;
    actors.set(id, createActor(machine, { input: { id } }).start());
  }
  return { end: () => actors.clear() };
}

/**
 * One group of agents without a task that wait for messages.
 *
 * @param {number} agents
 * @returns {Promise<{ end(): Promise<unknown> }>} Once every agent waits.
 */
async function startTroupe(agents) {
  const { startScenario } = await import('../../dist/index.js');
  const scenario = {
    name: 'idle',
    models: { mock: { rules: [{ reply: 'ok' }] } },
    agents: { agent: { count: agents, model: 'mock', observe: { inbox: true } } },
    memory: { store: 'in-memory' },
  };
  let waiting = 0;
  /** @type {() => void} */
  let settle = () => {};
  const settled = new Promise((resolve) => {
    settle = () => resolve(undefined);
  });
  const run = await startScenario(scenario, {
    keepOpen: true,
    onEvent(event) {
      if (event.type === 'agent.waiting' && ++waiting === agents) settle();
    },
  });
  await settled;
  return {
    async end() {
      run.send({ type: 'run.drain', reason: 'measured' });
      await run.finished;
    },
  };
}

const kind = process.argv[2];
const agents = Number(process.argv[3] ?? AGENTS);
// A first small one, so that what is loaded or compiled on demand is not counted.
/** @type {Record<string, (agents: number) => Promise<{ end(): unknown }>>} */
const starts = { troupe: startTroupe, xstate: async (count) => startXstate(count) };
const start = starts[kind ?? ''];
if (start === undefined) throw new Error(`Cannot measure "${kind}": it is troupe or xstate`);
await (await start(100)).end();
const before = collectedHeap();
const running = await start(agents);
// What the last agent's turn of the event loop holds is gone in the next one.
await new Promise((resolve) => setImmediate(resolve));
const after = collectedHeap();
await running.end();
console.log(JSON.stringify({ agents, bytesPerAgent: (after - before) / agents }));
