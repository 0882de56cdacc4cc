import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSecret, isSameSecret } from '../kernel/auth/secrets.ts';
import { AppError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Doer } from './record-audit.ts';
import type { RecordUsers, UserFault } from './record-users.ts';
import type { UserQueries } from './user-queries.ts';

/** Creates the first account; there is no default one. */
export type SetUp = {
  /** Whether there is no account yet. */
  isOpen(): Promise<boolean>;
  /** The file that holds the key which the page `/setup` asks for; only its owner can read it. */
  readonly keyFile: string;
  /** Whether it is the key of the file. */
  isKey(key: string): Promise<boolean>;
  /** Creates the first administrator, once. */
  finish(doer: Doer, user: { name: string; password: string }): Promise<UserFault | undefined>;
  /**
   * Writes the key while there is no account, and removes it once there is one. Creates `admin` with the password of ADMIN_PASSWORD_FILE if there is no account; to be called before the first
   * request. Throws `unavailable` if that file cannot be used, because an unattended machine would stay open.
   */
  begin(): Promise<void>;
  /**
   * Logs how the first administrator is made, if there is no account: the key itself only in a terminal where somebody
   * started the program, else the file. `origin` is this server's address on its own machine.
   */
  announce(origin: string, where: { isTerminal: boolean }): Promise<void>;
};

const firstName = 'admin';
const doer = { actor: '(ADMIN_PASSWORD_FILE)', address: '' };

/**
 * The first account needs a key that only somebody with access to the machine can read: it lies in the state folder, and is
 * never sent over HTTP, because a request over loopback may be a proxy's. Processes that share the folder share the key.
 */
export function createSetUp(parts: {
  users: UserQueries;
  recordUsers: RecordUsers;
  log: Log;
  adminPasswordFile: string;
  keyFile: string;
}): SetUp {
  const { users, recordUsers, log, adminPasswordFile, keyFile } = parts;
  const isOpen = async () => !(await users.anyExists());
  const finish: SetUp['finish'] = async (by, user) => {
    const fault = await recordUsers.add(by, { ...user, role: 'admin' }, { onlyFirst: true });
    if (fault === undefined) await removeKey(keyFile, log);
    return fault;
  };
  return {
    isOpen,
    keyFile,
    isKey: async (key) => {
      const secret = await readKey(keyFile);
      return secret !== undefined && isSameSecret(key.trim(), secret);
    },
    finish,
    begin: async () => {
      if (!(await isOpen())) {
        await removeKey(keyFile, log);
        return;
      }
      if (adminPasswordFile === '') {
        await writeKey(keyFile, log);
        return;
      }
      const password = await readPassword(adminPasswordFile);
      const fault = await finish(doer, { name: firstName, password });
      if (fault === 'notFirst') return;
      if (fault !== undefined) throw unusable(adminPasswordFile, `its password is too ${fault}`);
      log.info(`The user ${firstName} was made with the password of ${adminPasswordFile}`);
    },
    announce: async (origin, { isTerminal }) => {
      if (!(await isOpen())) return;
      const key = isTerminal ? await readKey(keyFile) : undefined;
      const how =
        key === undefined
          ? `The key it asks for is in ${keyFile} (in a container: docker exec <container> cat ${keyFile})`
          : `The key it asks for is ${key} (it is also in ${keyFile})`;
      log.warn(`Nobody can sign in yet. Make the first administrator at ${origin}/setup. ${how}`);
    },
  };
}

async function readKey(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

/** Leaves a key that is there, which another process or the start before wrote. */
async function writeKey(file: string, log: Log): Promise<void> {
  if ((await readKey(file)) !== undefined) return;
  try {
    await mkdir(dirname(file), { recursive: true });
    await rm(file, { force: true });
    await writeFile(file, `${createSecret().secret}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    log.error(
      `The key for the first administrator could not be written to ${file}: ${(error as Error).message}. Make the folder writable and restart, or set ADMIN_PASSWORD_FILE`,
    );
  }
}

async function removeKey(file: string, log: Log): Promise<void> {
  await rm(file, { force: true }).catch((error: Error) =>
    log.warn(`${file} is of no use any more and could not be removed: ${error.message}`),
  );
}

async function readPassword(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw unusable(path, (error as Error).message);
  }
}

function unusable(path: string, reason: string): AppError {
  return new AppError('unavailable', `ADMIN_PASSWORD_FILE ${path} cannot be used: ${reason}.`);
}
