/** Stately's hosted inspector: the only other site this page ever talks to, and only after a click. */
const SITE = 'https://stately.ai';
/** Messages kept until the inspector says that it is there. */
const KEPT_MAX = 1_000;

const ask = document.getElementById('ask');
const button = document.getElementById('open');
const status = document.getElementById('status');

/** Which agents: as this page's own address says. */
const query = new URLSearchParams();
for (const [name, value] of new URLSearchParams(location.search)) {
  if (name === 'agent' || name === 'group') query.append(name, value);
}
document.getElementById('shown').textContent = describe();

button.disabled = false;
button.addEventListener('click', open, { once: true });

function describe() {
  const named = [
    ...query.getAll('agent').map((agent) => `agent ${agent}`),
    ...query.getAll('group').map((group) => `group ${group}`),
  ];
  return named.length === 0
    ? 'It will get all agents of the run, the first 1,000 of them.'
    : `It will get ${named.join(', ')}.`;
}

function open() {
  const frame = document.createElement('iframe');
  frame.title = "Stately's inspector";
  frame.referrerPolicy = 'no-referrer';
  frame.src = `${SITE}/inspect`;
  const kept = [];
  let connected = false;

  const send = (message) => frame.contentWindow?.postMessage(message, SITE);
  window.addEventListener('message', ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== SITE || data?.type !== '@statelyai.connected') return;
    connected = true;
    for (const message of kept.splice(0)) send(message);
    say('Sending to stately.ai.');
  });

  ask.remove();
  document.body.append(frame);
  say('Waiting for stately.ai.');

  const socket = new WebSocket(toAddress());
  socket.addEventListener('message', (event) => {
    const message = JSON.parse(event.data);
    if (connected) send(message);
    else keep(kept, message);
  });
  socket.addEventListener('close', ({ reason }) => {
    say(`The connection to troupe has ended${reason === '' ? '' : `: ${reason}`}. Reload to begin again.`);
  });
}

/** When it is full, what goes is the oldest step: without the actors themselves, steps mean nothing. */
function keep(kept, message) {
  if (kept.length >= KEPT_MAX) {
    const step = kept.findIndex(({ type }) => type !== '@xstate.actor');
    if (step < 0) return;
    kept.splice(step, 1);
  }
  kept.push(message);
}

function toAddress() {
  const address = new URL('/inspect', location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.search = String(query);
  return address.href;
}

function say(text) {
  status.hidden = false;
  status.textContent = text;
}
