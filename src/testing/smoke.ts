/** Boots the product as its users do, under plain Node, and ends it as a container does. Exits 1 with the reason. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort } from './free-port.ts';

const bootMs = 30_000;
const stopMs = 10_000;
const longestOutput = 20_000;

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'linesight-smoke-'));
let output = '';
try {
  await smoke(await findFreePort());
  console.log('smoke: starts, answers and stops');
} catch (error) {
  console.error(`smoke: ${(error as Error).message}\n${output}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function smoke(port: number): Promise<void> {
  await mkdir(join(folder, 'data'));
  const child = boot(port);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    const origin = `http://127.0.0.1:${port}`;
    await waitForHealth(`${origin}/health`, child);
    const page = await fetch(origin);
    if (!page.ok) throw new Error(`the first page answers ${page.status}`);
    child.kill('SIGTERM');
    const code = await Promise.race([exited, sleep(stopMs, 'late' as const, { ref: false })]);
    if (code === 'late') throw new Error(`still runs ${stopMs / 1000} s after SIGTERM`);
    if (code !== 0) throw new Error(`exit code ${code} after SIGTERM, 0 expected`);
  } finally {
    child.kill('SIGKILL');
  }
}

function boot(port: number): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: String(port),
    WATCH_DIR: join(folder, 'data'),
    DB_PATH: join(folder, 'state', 'data.sqlite'),
    TZ: 'UTC',
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-longestOutput);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return child;
}

async function waitForHealth(url: string, child: ChildProcess): Promise<void> {
  const tries = bootMs / 100;
  for (let attempt = 0; attempt < tries; attempt++) {
    if (child.exitCode !== null) throw new Error(`ended by itself with code ${child.exitCode}`);
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await sleep(100);
  }
  throw new Error(`no answer 200 from /health within ${bootMs / 1000} s`);
}
