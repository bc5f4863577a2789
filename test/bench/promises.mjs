/**
 * The workload of scenarios/async-agent.yaml in bare promises: `node promises.mjs AGENTS`. Prints the same JSON as
 * async-agent.py, `{ agents, wallMs, cpuMs, drainMs }`.
 */
const DECIDE_MS = 1_200;
/** @type {Record<string, number>} */
const TOOLS_MS = { lookup: 800, enrich: 500 };
const STORE_MS = 200;

/** @param {number} ms @returns {Promise<void>} */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {number} index */
async function decide(index) {
  await sleep(DECIDE_MS);
  return {
    reply: `Order ${index} is taken care of.`,
    calls: Object.keys(TOOLS_MS).map((tool) => ({ tool, args: { order: index } })),
  };
}

/**
 * @param {string} tool
 * @param {{ order: number }} args
 */
async function callTool(tool, args) {
  await sleep(TOOLS_MS[tool] ?? 0);
  return { tool, content: `${tool} of order ${args.order}` };
}

/**
 * @param {Map<number, object>} memory
 * @param {number} agent
 * @param {object} record
 */
async function store(memory, agent, record) {
  await sleep(STORE_MS);
  memory.set(agent, record);
}

/**
 * @param {number} agent
 * @param {Map<number, object>} memory
 * @param {Promise<void>[]} storing
 */
async function runAgent(agent, memory, storing) {
  const decision = await decide(agent);
  const results = await Promise.all(decision.calls.map((call) => callTool(call.tool, call.args)));
  storing.push(store(memory, agent, { decision, results }));
  return results;
}

const agents = Number(process.argv[2]);
const memory = new Map();
/** @type {Promise<void>[]} */
const storing = [];
const cpuFrom = process.cpuUsage();
const wallFrom = performance.now();
const results = await Promise.all(Array.from({ length: agents }, (_, agent) => runAgent(agent, memory, storing)));
const answered = performance.now();
await Promise.all(storing);
const drained = performance.now();
const cpu = process.cpuUsage(cpuFrom);

const calls = Object.keys(TOOLS_MS).length;
if (memory.size !== agents || results.some((result) => result.length !== calls)) {
  throw new Error('Cannot report a run: not every agent has its results');
}
console.log(
  JSON.stringify({
    agents,
    wallMs: answered - wallFrom,
    cpuMs: (cpu.user + cpu.system) / 1_000,
    drainMs: drained - answered,
  }),
);
