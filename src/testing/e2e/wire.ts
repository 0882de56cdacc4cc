import { connect, createServer, type Server, type Socket } from 'node:net';

/** A cable between browser and server that can die in silence: what was connected stays so, but nothing passes. */
export type Wire = {
  port: number;
  /** Bytes that came from the server so far, heads of answers included. */
  received(): number;
  freeze(): void;
  close(): void;
};

export async function startWire(targetPort: number): Promise<Wire> {
  const pairs: Socket[][] = [];
  let received = 0;
  const wire: Server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    pairs.push([near, far]);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
    far.on('data', (chunk) => {
      received += chunk.length;
    });
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const address = wire.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received: () => received,
    freeze: () => {
      for (const [near, far] of pairs.splice(0)) {
        near?.unpipe();
        far?.unpipe();
      }
    },
    close: () => {
      wire.close();
      for (const socket of pairs.flat()) socket.destroy();
    },
  };
}
