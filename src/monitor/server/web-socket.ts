/** The one place where ws comes in. */
export { WebSocket, WebSocketServer } from 'ws';
