import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from './free-port.ts';
import { requireOrSkip } from './services.ts';

/** A real database server of a test's own, on a free port, in a folder that goes with it. */
export type DatabaseServer = {
  /** Its address without a database's name. */
  url(database: string): string;
  createDatabase(name: string): void;
  /** Runs SQL past the product. */
  ask(database: string, sql: string): void;
  /** As pulling the plug: kills it without a word. `start` brings it back with what it had committed. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

export type ServerKind = 'postgres' | 'mariadb';

/** Longer than the start takes where other tests take all processors. */
const patienceMs = 120_000;

/** Whether the server's program is missing here; see `requireOrSkip`. */
export function isMissing(kind: ServerKind): boolean {
  return requireOrSkip(kind === 'postgres' ? 'postgres' : 'mariadbd').missing;
}

/** Starts an empty server. As root it is given to an unprivileged user, because neither server runs as root. */
export async function startDatabaseServer(kind: ServerKind): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), `linesight-${kind}-`));
  const user = unprivilegedUser(kind);
  if (user) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const port = await findFreePort();
  const { init, prepare, serve, ask, address } =
    kind === 'postgres' ? postgres(folder, port) : mariadb(folder, port);
  const options = { cwd: folder, ...user, stdio: 'ignore' as const };
  execFileSync(init[0], init.slice(1), options);
  prepare?.();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(serve[0], serve.slice(1), options);
    const deadline = Date.now() + patienceMs;
    while (!answers()) {
      if (Date.now() > deadline) throw new Error(`${kind} did not start`);
      await sleep(50);
    }
  }

  function answers(): boolean {
    try {
      execFileSync(ask[0], [...ask.slice(1), 'select 1'], { ...options, timeout: 5_000 });
      return true;
    } catch {
      return false;
    }
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(kind === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
    await ended;
  }

  // A process that exits before `close` leaves no server behind.
  process.once('exit', () => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await start();
  return {
    url: (database) => `${address}/${database}`,
    createDatabase: (name) =>
      void execFileSync(ask[0], [...ask.slice(1), `create database ${name}`], options),
    ask: (database, sql) => {
      const where = kind === 'postgres' ? ask.map((word) => (word === 'postgres' ? database : word)) : ask;
      const before = kind === 'postgres' ? sql : `use ${database}; ${sql}`;
      execFileSync(where[0] ?? '', [...where.slice(1), before], options);
    },
    kill,
    start,
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Programs = {
  init: [string, ...string[]];
  /** What is set in its new folder. */
  prepare?: () => void;
  serve: [string, ...string[]];
  ask: [string, ...string[]];
  address: string;
};

function postgres(folder: string, port: number): Programs {
  const { path } = requireOrSkip('postgres');
  const bin = dirname(realBin(path));
  const data = join(folder, 'data');
  // A server that is killed keeps what it has handed to the system; only a machine that loses power needs more.
  const quick = [
    'fsync=off',
    'full_page_writes=off',
    'max_wal_size=128MB',
    'shared_buffers=32MB',
    `unix_socket_directories=${folder}`,
  ];
  return {
    init: [
      join(bin, 'initdb'),
      '-D',
      data,
      '-U',
      'line',
      '-A',
      'trust',
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ],
    // `line` connects without a password; `guarded` needs a password that is not known.
    prepare: () => {
      const rules = join(data, 'pg_hba.conf');
      writeFileSync(rules, `host all guarded 127.0.0.1/32 scram-sha-256\n${readFileSync(rules, 'utf8')}`);
    },
    serve: [
      join(bin, 'postgres'),
      '-D',
      data,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      ...quick.flatMap((set) => ['-c', set]),
    ],
    ask: [join(bin, 'psql'), '-h', '127.0.0.1', '-p', String(port), '-U', 'line', '-d', 'postgres', '-c'],
    address: `postgres://line@127.0.0.1:${port}`,
  };
}

function mariadb(folder: string, port: number): Programs {
  const { path } = requireOrSkip('mariadbd');
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  // As with PostgreSQL. MySQL does not know the option that switches waiting for the disk off.
  const quick = [
    '--innodb-flush-log-at-trx-commit=2',
    '--loose-debug-no-sync',
    '--innodb-flush-method=fsync',
    '--innodb-buffer-pool-size=64M',
    '--skip-log-bin',
  ];
  return {
    init: [
      'mariadb-install-db',
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    serve: [
      path,
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${socket}`,
      `--pid-file=${join(folder, 'pid')}`,
      ...quick,
    ],
    ask: ['mariadb', '--no-defaults', `--socket=${socket}`, '-u', 'root', '-e'],
    address: `mysql://root@127.0.0.1:${port}`,
  };
}

/** PostgreSQL's other programs stand beside the file a link leads to. */
function realBin(path: string): string {
  return execFileSync('readlink', ['-f', path], { encoding: 'utf8' }).trim();
}

function unprivilegedUser(kind: ServerKind): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const name = kind === 'postgres' ? 'postgres' : 'mysql';
  const idOf = (flag: string, user: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  try {
    return { uid: idOf('-u', name), gid: idOf('-g', name) };
  } catch {
    return { uid: idOf('-u', 'nobody'), gid: idOf('-g', 'nobody') };
  }
}
