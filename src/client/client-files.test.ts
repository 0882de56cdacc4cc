import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientTypesFile, readClientTypes } from '../testing/client-types.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';
import type { EventClient } from './edge/linesight.ts';

let plant: TestApp;
let folder: string;
beforeAll(async () => {
  plant = await createTestApp({ env: { DEMO: '0', ACCESS: 'closed' } });
  folder = mkdtempSync(join(tmpdir(), 'linesight-client-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await plant.close();
});

const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));

test('the client is served as JavaScript that does what its source does, to anybody', async () => {
  const answer = await plant.request('/client/linesight.js');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/javascript; charset=utf-8',
  ]);
  writeFileSync(join(folder, 'linesight.mjs'), await answer.text());
  const { EventClient: Served } = (await import(pathToFileURL(join(folder, 'linesight.mjs')).href)) as {
    EventClient: typeof EventClient;
  };
  const sent: unknown[] = [];
  const client = await Served.open({
    folder: join(folder, 'buffer'),
    machine: {
      fetch: async (_url, init) => {
        sent.push(...JSON.parse(String(init?.body)));
        return Response.json({ accepted: 1, duplicates: 0, refused: [] });
      },
    },
  });
  const id = await client.record({ worker_id: 'W1', workstation_id: 'S1', event_type: 'idle' });
  await client.close();
  expect(sent).toMatchObject([{ event_id: id, event_type: 'idle' }]);
  expect(warnings.filter((text) => text.includes('stripTypeScriptTypes'))).toEqual([]);
});

test('it is read again only where it has changed', async () => {
  const first = await plant.request('/client/linesight.py');
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(await first.text()).toBe(readFileSync(new URL('edge/linesight.py', import.meta.url), 'utf8'));
  const etag = first.headers.get('etag') ?? '';
  expect((await plant.request('/client/linesight.py', { headers: { 'if-none-match': etag } })).status).toBe(
    304,
  );
});

test('the types beside it are those of the source', async () => {
  const served = await plant.text('/client/linesight.d.ts');
  expect(served).toBe(readFileSync(clientTypesFile, 'utf8'));
  expect(served, 'run: node src/testing/client-types.ts').toBe(readClientTypes());
  expect(served).not.toMatch(/Machine|EventBuffer|Buffer</);
});

test('a program finds the types, without those of Node', () => {
  const check = (code: string) => {
    writeFileSync(join(folder, 'linesight.js'), '');
    writeFileSync(join(folder, 'linesight.d.ts'), readFileSync(clientTypesFile));
    writeFileSync(join(folder, 'program.ts'), `import { EventClient } from './linesight.js';\n${code}`);
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--types', '', '--target', 'es2022'];
    try {
      const tsc = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));
      execFileSync(tsc, [...options, '--module', 'nodenext', 'program.ts'], { cwd: folder });
      return '';
    } catch (error) {
      return String((error as { stdout: Buffer }).stdout);
    }
  };
  const event = `{ worker_id: 'W1', workstation_id: 'S1', event_type: 'working', timestamp: new Date(0) }`;
  const open = 'async function main() { const client = await EventClient.open({ token: "x" });';
  expect(check(`${open} const id: string = await client.record(${event}); return id; } main();`)).toBe('');
  expect(check(`${open} await client.record(${event.replace('working', 'sleeping')}); } main();`)).toContain(
    'sleeping',
  );
});
