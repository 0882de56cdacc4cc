import { type ClientOptions, WebSocket } from 'ws';

/** A WebSocket client that remembers what it was sent. */
export type SocketClient = {
  socket: WebSocket;
  messages: string[];
  opened: Promise<void>;
  /** The code it was closed with, or the HTTP status its upgrade was refused with. */
  ended: Promise<number>;
};

/** Opens a WebSocket as a program does; with an `origin` among the headers, as the browser of that page would. */
export function connectSocket(url: string, options: ClientOptions = {}): SocketClient {
  const socket = new WebSocket(url, options);
  const messages: string[] = [];
  socket.on('message', (data) => messages.push(String(data)));
  socket.on('error', () => {});
  const ended = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code));
    socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode ?? 0));
  });
  const opened = new Promise<void>((resolve) => socket.on('open', () => resolve()));
  return { socket, messages, ended, opened };
}
