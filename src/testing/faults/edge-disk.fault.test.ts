import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { requireOrSkip } from '../services.ts';
import { mayMount, mountMemory } from './mounts.ts';

const canMount = mayMount();
const python = requireOrSkip('python3');
const edge = fileURLToPath(new URL('../../client/edge/', import.meta.url));

/**
 * Both do the same on a disk without room but for a few pages: record until the disk refuses, ask for the hub (on the
 * standard output), wait until it has everything, and record once more. Each id that was promised is printed.
 */
const nodeProgram = `
import { EventClient } from ${JSON.stringify(pathToFileURL(join(edge, 'linesight.ts')).href)};
const [folder, url] = process.argv.slice(2);
const options = { folder, url, maxBufferBytes: 1_000_000, batchDelayMs: 1, onProblem: () => {} };
const client = await EventClient.open(options);
const record = async () =>
  console.log(await client.record({ worker_id: 'W1', workstation_id: 'S1', event_type: 'working' }));
try {
  for (;;) await record();
} catch (error) {
  console.log('refused ' + error.code);
}
try {
  await record();
} catch (error) {
  console.log('refused ' + error.code);
}
await fetch(url + '/up');
if (!(await client.flush(60_000))) process.exit(2);
await record();
await client.close(60_000);
`;
const pythonProgram = `
import errno, sys, urllib.request
sys.path.insert(0, ${JSON.stringify(edge)})
sys.dont_write_bytecode = True
from linesight import EventClient
folder, url = sys.argv[1:]
client = EventClient(url, None, folder, max_buffer_bytes=1000000, batch_delay=0.001, on_problem=lambda _: None)
def record():
    print(client.record(worker_id="W1", workstation_id="S1", event_type="working"), flush=True)
try:
    while True:
        record()
except OSError as error:
    print("refused " + errno.errorcode[error.errno])
try:
    record()
except OSError as error:
    print("refused " + errno.errorcode[error.errno])
urllib.request.urlopen(url + "/up").read()
if not client.flush(60):
    sys.exit(2)
record()
client.close(60)
`;

/** Takes nothing until somebody asks for \`/up\`. */
async function startHub() {
  const taken: string[] = [];
  let isUp = false;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.url === '/up') isUp = true;
    else if (isUp) {
      const ids = (JSON.parse(body) as { event_id: string }[]).map((event) => event.event_id);
      taken.push(...ids);
      response.end(JSON.stringify({ accepted: ids.length, duplicates: 0, refused: [] }));
      return;
    } else response.statusCode = 503;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, taken, [Symbol.dispose]: () => void server.close() };
}

for (const { name, program, file, code, isMissing } of [
  { name: 'Node', program: process.execPath, file: 'disk.mjs', code: nodeProgram, isMissing: false },
  { name: 'Python', program: python.path, file: 'disk.py', code: pythonProgram, isMissing: python.missing },
]) {
  test.skipIf(!canMount || isMissing)(
    `${name}: a full disk refuses events at once, and what it held makes room once the hub has it`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'linesight-edge-disk-'));
      using hub = await startHub();
      try {
        using disk = mountMemory(join(folder, 'disk'), '512k');
        appendFileSync(join(disk.path, 'other'), Buffer.alloc(64 * 1024));
        writeFileSync(join(folder, file), code);
        const child = spawn(program, [join(folder, file), join(disk.path, 'buffer'), hub.url]);
        const [output, errors, exitCode] = await Promise.all([
          text(child.stdout),
          text(child.stderr),
          new Promise((resolve) => child.once('close', resolve)),
        ]);
        expect([exitCode, errors]).toEqual([0, '']);
        const lines = output.trim().split('\n');
        const promised = lines.filter((line) => !line.startsWith('refused'));
        expect(lines.filter((line) => line.startsWith('refused'))[0]).toBe('refused ENOSPC');
        expect(promised.length).toBeGreaterThan(500);
        expect(hub.taken).toEqual(promised);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
}
