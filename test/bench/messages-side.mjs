/**
 * One side of `messages.mjs`, in a process of its own: `node messages-side.mjs ring|fan SIDE AGENTS ROUNDS`. Prints
 * `{ messages, cpuUs, wallUs }`, of all messages together.
 */
import { EventEmitter } from 'node:events';
import { assign, createActor, setup } from 'xstate';
import { withTemporaryFolder } from './children.mjs';

/** What a message says: a name and a number, as short as a real one can be. */
const BODY = 'token';
const WARM_AGENTS = 50;
const WARM_ROUNDS = 20;

/** @typedef {{ agents: number, rounds: number }} Size */
/** @typedef {{ messages: number, cpuUs: number, wallUs: number }} Measured */
/** @typedef {import('../../src/protocol.ts').Message} Message */
/** @typedef {() => Measured} End Ends the measurement. */

/** @param {number} messages @returns {End} */
function start(messages) {
  const cpu = process.cpuUsage();
  const at = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { messages, cpuUs: user + system, wallUs: (performance.now() - at) * 1_000 };
  };
}

/** @param {number} count @param {(index: number) => unknown} make @returns {any[]} */
const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));

// ---- the ring: one token, from each to the next, so many times around

/** An emitter for each agent. Who hears takes the next one later, or the stack would grow. @param {Size} size */
function ringOfEmitters({ agents, rounds }) {
  const emitters = list(agents, () => new EventEmitter());
  /** @type {{ to: number, body: string }[]} */
  const queue = [];
  let heard = 0;
  for (const [index, emitter] of emitters.entries()) {
    emitter.on('message', (/** @type {{ body: string }} */ { body }) => {
      if (++heard < agents * rounds) queue.push({ to: (index + 1) % agents, body });
    });
  }
  const end = start(agents * rounds);
  queue.push({ to: 0, body: BODY });
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) emitters[next.to].emit('message', next);
  return end();
}

/** Machines that `sendTo` the next one, which is not called on the same stack either. @param {Size} size */
async function ringOfMachines({ agents, rounds }) {
  let heard = 0;
  /** @type {() => void} */
  let finish = () => {};
  /** @type {any[]} */
  const actors = [];
  const machine = setup({
    types: {
      context: /** @type {{ index: number, heard: number }} */ ({}),
      input: /** @type {{ index: number }} */ ({}),
      events: /** @type {{ type: 'message', body: string }} */ ({}),
    },
    actions: {
      note: assign({ heard: ({ context }) => context.heard + 1 }),
      pass: ({ context, event }) => {
        if (++heard >= agents * rounds) finish();
        else queueMicrotask(() => actors[(context.index + 1) % agents].send({ type: 'message', body: event.body }));
      },
    },
  }).createMachine({
    context: ({ input }) => ({ index: input.index, heard: 0 }),
    on: { message: { actions: ['note', 'pass'] } },
  });
  for (let index = 0; index < agents; index++) actors.push(createActor(machine, { input: { index } }).start());
  const end = start(agents * rounds);
  await new Promise((resolve) => {
    finish = () => resolve(undefined);
    actors[0].send({ type: 'message', body: BODY });
  });
  return end();
}

/** The post office alone, with a mailbox for each agent and nobody's turn. @param {Size} size */
async function ringOfMailboxes({ agents, rounds }) {
  const { office, mailboxes } = await openOffice(agents);
  const end = start(agents * rounds);
  void office.input('user', 'agent/0', BODY);
  for (let count = 1; count < agents * rounds; count++) {
    const at = (count - 1) % agents;
    const cause = mailboxes[at].take();
    const to = `agent/${count % agents}`;
    // As wiring sends it: a chain of 100,000 messages that agents choose to send would be stopped.
    void office.post({ id: `m${count}`, from: `agent/${at}`, to, kind: 'tell', body: BODY, wire: 'ring', cause });
  }
  return end();
}

/** Agents that answer at once, in a ring of wiring: each message is a turn. @param {Size} size @param {string} store */
function ringOfAgents({ agents, rounds }, store) {
  const messages = agents * rounds;
  let heard = 0;
  /** @type {() => void} */
  let finish = () => {};
  const model = {
    name: 'm',
    decide() {
      if (heard++ === messages) finish();
      return { reply: BODY };
    },
  };
  const scenario = {
    name: 'ring',
    agents: { agent: { count: agents, model: 'm', conversation: 'each', observe: { inbox: true } } },
    wiring: [{ ring: 'agent', rounds }],
  };
  return perform(scenario, model, store, async (run) => {
    const end = start(messages);
    await new Promise((resolve) => {
      finish = () => resolve(undefined);
      run.send({ type: 'agent.send', agent: 'agent/0', text: BODY });
    });
    return { measured: end(), end };
  });
}

/** The same by a tool, `send`: two turns for each message. @param {Size} size @param {string} store */
function ringOfCalls({ agents, rounds }, store) {
  // No chain may be longer than 10,000 messages: another token is put in for each part of the way.
  const chain = Math.min(agents * rounds, 5_000);
  const chains = Math.ceil((agents * rounds) / chain);
  let heard = 0;
  let arrive = () => {};
  const model = {
    name: 'm',
    decide(/** @type {any} */ { observation, spec }) {
      if (observation.kind !== 'message') return { reply: 'sent' };
      if (heard++ % chain === chain - 1) {
        arrive();
        return { reply: 'arrived' };
      }
      const to = `agent/${(spec.index + 1) % agents}`;
      return { toolCalls: [{ name: 'send', args: { to, body: `${BODY} ${heard}` } }] };
    },
  };
  const scenario = {
    name: 'ring',
    tools: { send: { builtin: 'send' } },
    agents: { agent: { count: agents, model: 'm', tools: ['send'], conversation: 'each', observe: { inbox: true } } },
  };
  return perform(scenario, model, store, async (run) => {
    const end = start(chain * chains);
    for (let count = 0; count < chains; count++) {
      await new Promise((resolve) => {
        arrive = () => resolve(undefined);
        run.send({ type: 'agent.send', agent: `agent/${(count * chain) % agents}`, text: BODY });
      });
    }
    return { measured: end(), end };
  });
}

// ---- the fan: each publishes once, to all the others

/** @param {Size} size */
function fanOfEmitters({ agents }) {
  const topic = new EventEmitter();
  topic.setMaxListeners(0);
  const mailboxes = list(agents, () => []);
  for (const mailbox of mailboxes) topic.on('message', (message) => mailbox.push(message));
  const end = start(agents * agents);
  for (let from = 0; from < agents; from++) topic.emit('message', { from, body: BODY });
  return end();
}

/** @param {Size} size */
function fanOfMachines({ agents }) {
  const machine = setup({
    types: {
      context: /** @type {{ mailbox: object[] }} */ ({}),
      events: /** @type {{ type: 'message', from: number, body: string }} */ ({}),
    },
    actions: { note: ({ context, event }) => void context.mailbox.push(event) },
  }).createMachine({ context: () => ({ mailbox: [] }), on: { message: { actions: 'note' } } });
  const actors = list(agents, () => createActor(machine).start());
  const end = start(agents * agents);
  for (let from = 0; from < agents; from++) {
    for (const actor of actors) actor.send({ type: 'message', from, body: BODY });
  }
  return end();
}

/** @param {Size} size */
async function fanOfMailboxes({ agents }) {
  const { office, callOf } = await openOffice(agents);
  for (let index = 0; index < agents; index++) office.subscribe(`agent/${index}`, 'news');
  const end = start(agents * (agents - 1));
  for (let from = 0; from < agents; from++) await office.mailOf(callOf(from)).publish('news', BODY);
  return end();
}

/** Agents that call `publish`; what they get stays in their mailboxes until everything is delivered. @param {Size} size @param {string} store */
function fanOfAgents({ agents }, store) {
  let published = 0;
  /** @type {() => void} */
  let finish = () => {};
  const model = {
    name: 'm',
    decide(/** @type {any} */ { observation }) {
      if (observation.kind === 'message')
        return { toolCalls: [{ name: 'publish', args: { topic: 'news', body: BODY } }] };
      if (++published === agents) finish();
      // Until the run is ended.
      return new Promise(() => {});
    },
  };
  const scenario = {
    name: 'fan',
    tools: { publish: { builtin: 'publish' } },
    agents: { agent: { count: agents, model: 'm', tools: ['publish'], subscribe: ['news'], observe: { inbox: true } } },
  };
  return perform(scenario, model, store, async (run) => {
    const end = start(agents * (agents - 1));
    await new Promise((resolve) => {
      finish = () => resolve(undefined);
      for (let index = 0; index < agents; index++)
        run.send({ type: 'agent.send', agent: `agent/${index}`, text: 'Go' });
    });
    return { measured: end(), end };
  });
}

// ---- what the sides share

/**
 * A run of agents that wait for messages; ended when `use` is through. On LMDB the processor's time is counted until all that
 * was written is on disk.
 *
 * @param {object} scenario
 * @param {{ name: string, decide(request: any): any }} model
 * @param {string} store
 * @param {(run: import('../../src/run.ts').Run) => Promise<{ measured: Measured, end: End }>} use Called when all wait.
 * @returns {Promise<Measured>}
 */
async function perform(scenario, model, store, use) {
  const { defineModel, parseScenario, startRun } = await import('../../dist/index.js');
  const known = { models: [model.name], tools: [] };
  const text = JSON.stringify({ ...scenario, memory: { store } });
  const parsed = parseScenario(text, { name: 'bench', folder: process.cwd(), known });
  return withTemporaryFolder(async (data) => {
    const run = await startRun(parsed, { data, models: [defineModel(model)], keepOpen: true });
    const agents = run.specs.length;
    const waiting = new Promise((resolve) => {
      let count = 0;
      const forget = run.subscribe((event) => {
        if (event.type !== 'agent.waiting' || ++count < agents) return;
        forget();
        resolve(undefined);
      });
    });
    await waiting;
    const { measured, end } = await use(run);
    run.send({ type: 'run.drain', reason: 'measured' });
    await run.finished;
    return store === 'lmdb' ? { ...measured, cpuUs: end().cpuUs } : measured;
  });
}

/** A post office over mailboxes that nobody looks into. @param {number} agents */
async function openOffice(agents) {
  const { PostOffice } = await import('../../dist/supervisor/post-office.js');
  const { createDirectory } = await import('../../dist/supervisor/directory.js');
  const { Mailbox } = await import('../../dist/messaging/mailbox.js');
  const { createRealClock } = await import('../../dist/base/clock.js');
  const { createRandom } = await import('../../dist/base/random.js');
  const directory = createDirectory();
  const nothing = () => undefined;
  /** @type {any} */
  const quarters = {
    directory,
    spilled: new Map(),
    wake: nothing,
    check: nothing,
    keepTopics: nothing,
    isWired: () => false,
    hasReceived: () => false,
  };
  /** @type {any} */
  const parts = { run: 'run', clock: createRealClock(), random: createRandom(1), emit: nothing, groups: new Map() };
  const office = new PostOffice(parts, quarters);
  const mailboxes = list(agents, () => new Mailbox());
  for (const [index, mailbox] of mailboxes.entries()) {
    directory.reserve(`agent/${index}`);
    directory.enter(`agent/${index}`, {
      waiting: () => mailbox.size,
      wouldAdd: (/** @type {Message} */ message) => mailbox.wouldAdd(message),
      receive: (/** @type {Message} */ message) => void mailbox.push(message),
      dropOldest: () => mailbox.takeOldest(),
    });
  }
  const callOf = (/** @type {number} */ index) => {
    const call = { agent: `agent/${index}`, idempotencyKey: `call-${index}`, onAbort: nothing };
    return /** @type {any} */ (call);
  };
  return { office, mailboxes, callOf };
}

/** @type {Record<string, Record<string, (size: Size) => Measured | Promise<Measured>>>} */
const SIDES = {
  ring: {
    emitter: ringOfEmitters,
    xstate: ringOfMachines,
    office: ringOfMailboxes,
    'in-memory': (size) => ringOfAgents(size, 'in-memory'),
    lmdb: (size) => ringOfAgents(size, 'lmdb'),
    send: (size) => ringOfCalls(size, 'in-memory'),
  },
  fan: {
    emitter: fanOfEmitters,
    xstate: fanOfMachines,
    office: fanOfMailboxes,
    'in-memory': (size) => fanOfAgents(size, 'in-memory'),
    lmdb: (size) => fanOfAgents(size, 'lmdb'),
  },
};

const [, , shape = '', side = '', agents, rounds] = process.argv;
const measure = SIDES[shape]?.[side];
if (measure === undefined) throw new Error(`Cannot measure "${shape} ${side}": there is no such side`);
// Once in small, so that what is loaded or compiled on demand is not counted.
await measure({ agents: WARM_AGENTS, rounds: WARM_ROUNDS });
console.log(JSON.stringify(await measure({ agents: Number(agents), rounds: Number(rounds) })));
