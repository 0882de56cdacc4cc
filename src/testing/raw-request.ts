import { connect } from 'node:net';

/** Sends bytes as they are, which no client library would, and answers everything the server sent before it hung up. */
export function sendRaw(origin: string, request: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer within 5 s')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.write(request, 'latin1');
  });
}

/** A GET whose target is not tidied up. */
export function getRaw(origin: string, target: string, headers = ''): Promise<string> {
  return sendRaw(
    origin,
    `GET ${target} HTTP/1.1\r\nHost: plant.local\r\nConnection: close\r\n${headers}\r\n`,
  );
}
