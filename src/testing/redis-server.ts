import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from './free-port.ts';
import { requireOrSkip } from './services.ts';

/** A real Redis of a test's own, which keeps nothing. */
export type RedisServer = {
  port: number;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

const patienceMs = 15_000;

/** Whether Redis is missing here; see `requireOrSkip`. */
export function isRedisMissing(): boolean {
  return requireOrSkip('redis-server').missing;
}

/** Starts an empty Redis on a free port. */
export async function startRedisServer(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-redis-'));
  const port = await findFreePort();
  const { path } = requireOrSkip('redis-server');
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(path, words, { cwd: folder, stdio: 'ignore' });
    const startedAt = performance.now();
    while (!(await answers(port))) {
      if (performance.now() - startedAt > patienceMs) throw new Error('Redis did not start');
      await sleep(30);
    }
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  process.once('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    port,
    kill,
    start,
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
