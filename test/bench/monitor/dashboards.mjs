/**
 * Clients of a monitor, as many open pages would be: `node dashboards.mjs ADDRESS COUNT read|pause`. Each subscribes to the
 * fleet and its charts. `pause`: reads nothing more once it has subscribed. Ends when the server closes.
 */
import WebSocket from 'ws';

const [, , address = '', count = '1', mode = 'read'] = process.argv;
const page = new URL(address);
let open = Number(count);
for (let i = 0; i < Number(count); i++) {
  const socket = new WebSocket(`ws://${page.host}/ws${page.search}`);
  socket.on('open', () => {
    for (const topic of ['fleet', 'charts']) socket.send(JSON.stringify({ type: 'subscribe', topic }));
    if (mode === 'pause') socket.pause();
  });
  // A page reads what it gets.
  socket.on('message', (data) => JSON.parse(String(data)));
  socket.on('error', () => {});
  socket.on('close', () => {
    if (--open === 0) process.exit();
  });
}
// A paused client does not hear that the server has gone.
process.stdin.on('end', () => process.exit()).resume();
