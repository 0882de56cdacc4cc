import { type ChildProcess, spawn } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { findFreePort } from './free-port.ts';
import { requireOrSkip } from './services.ts';

/** A real MQTT broker of a test's own, which keeps sessions and messages while it is down. */
export type Broker = {
  port: number;
  url: string;
  /** Sends each payload with QoS 1, and answers once the broker has them all. */
  send(topic: string, payloads: readonly (string | Buffer)[]): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

const patienceMs = 15_000;

/** Whether mosquitto is missing here; see `requireOrSkip`. */
export function isBrokerMissing(): boolean {
  return requireOrSkip('mosquitto').missing;
}

export type BrokerOptions = {
  /** Files of a certificate, for a broker that speaks TLS alone. */
  tls?: { cert: string; key: string };
  /** The only user it lets in. */
  user?: { name: string; password: string };
};

/** Starts an empty broker on a free port. */
export async function startBroker({ tls, user }: BrokerOptions = {}): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-mosquitto-'));
  const port = await findFreePort();
  const { path } = requireOrSkip('mosquitto');
  const url = `mqtt${tls ? 's' : ''}://127.0.0.1:${port}`;
  const passwords = join(folder, 'passwords');
  const lines = [
    `listener ${port} 127.0.0.1`,
    ...(tls ? [`certfile ${tls.cert}`, `keyfile ${tls.key}`] : []),
    ...(user ? ['allow_anonymous false', `password_file ${passwords}`] : ['allow_anonymous true']),
    'persistence true',
    `persistence_location ${folder}/`,
    // Saved at each change, so that a kill loses nothing that it has acknowledged.
    'autosave_interval 1',
    'autosave_on_changes true',
    'max_queued_messages 0',
    // It would give up root's rights, and could not read its folder.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
  ];
  if (user) writeFileSync(passwords, passwordLine(user), { mode: 0o600 });
  writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(path, ['-c', join(folder, 'mosquitto.conf')], { cwd: folder, stdio: 'ignore' });
    const startedAt = performance.now();
    while (!(await answers(port))) {
      if (performance.now() - startedAt > patienceMs) throw new Error('mosquitto did not start');
      await sleep(30);
    }
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  process.once('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    port,
    url,
    send: async (topic, payloads) => {
      const client = await connectAsync(url, {
        rejectUnauthorized: false,
        ...(user && { username: user.name, password: user.password }),
      });
      await Promise.all(payloads.map((payload) => client.publishAsync(topic, payload, { qos: 1 })));
      await client.endAsync();
    },
    kill: () => end('SIGKILL'),
    start,
    close: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A line of a password file: PBKDF2 of SHA-512 with a salt. */
function passwordLine({ name, password }: { name: string; password: string }): string {
  const [salt, rounds] = [randomBytes(12), 101];
  const hash = pbkdf2Sync(password, salt, rounds, 64, 'sha512');
  return `${name}:$7$${rounds}$${salt.toString('base64')}$${hash.toString('base64')}\n`;
}

async function answers(port: number): Promise<boolean> {
  const socket = connectSocket(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
