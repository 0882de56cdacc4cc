import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import { parseHostHeader } from '../guards/addresses.ts';

/** The first byte of a TLS connection: a record of the handshake (RFC 8446, section 5.1). */
const tlsHandshakeByte = 0x16;
/** Time for a client to send its first byte, and to receive a plain answer. */
const maxWaitMs = 15_000;

/**
 * Lets a TLS server answer plain HTTP instead of closing the connection: pages are redirected to https://, other requests
 * get an explanation. Nothing else is ever sent in plain text.
 */
export function answerPlainHttp(server: Http2SecureServer): void {
  const toTls = server.listeners('connection') as ((this: Http2SecureServer, socket: Socket) => void)[];
  const plain = createServer({ maxHeaderSize: 16 * 1024 }, pointToHttps);
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.setTimeout(maxWaitMs, () => socket.destroy());
    socket.on('error', ignore);
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return socket.destroy();
      socket.unshift(first);
      if (first[0] !== tlsHandshakeByte) {
        const deadline = setTimeout(() => socket.destroy(), maxWaitMs);
        socket.once('close', () => clearTimeout(deadline));
        plain.emit('connection', socket);
        return;
      }
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      socket.off('error', ignore);
      for (const listener of toTls) listener.call(server, socket);
    });
  });
}

function ignore(): void {}

/** Redirects pages to TLS. Other requests are refused, because they may have sent a token in the clear. */
function pointToHttps(request: IncomingMessage, answer: ServerResponse): void {
  const { host } = request.headers;
  answer.setHeader('connection', 'close');
  answer.setHeader('cache-control', 'no-store');
  answer.setHeader('content-type', 'text/plain; charset=utf-8');
  const isPage = request.method === 'GET' || request.method === 'HEAD';
  const target = request.url ?? '/';
  if (!isPage || host === undefined || parseHostHeader(host) === undefined || !target.startsWith('/')) {
    answer.statusCode = 400;
    return void answer.end('This port speaks HTTPS. Write https:// in front of the address.\n');
  }
  answer.statusCode = 308;
  answer.setHeader('location', `https://${host}${target}`);
  answer.end(`This port speaks HTTPS: https://${host}\n`);
}
