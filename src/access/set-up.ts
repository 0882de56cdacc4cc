import { readFile } from 'node:fs/promises';
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
  /** The key of the one-time link `/setup?key=…`, for a browser on this machine. */
  readonly key: string;
  isKey(key: string): boolean;
  /** Creates the first administrator, once. */
  finish(doer: Doer, user: { name: string; password: string }): Promise<UserFault | undefined>;
  /**
   * Creates `admin` with the password of ADMIN_PASSWORD_FILE if there is no account; to be called before the first
   * request. Throws `unavailable` if that file cannot be used, because an unattended machine would stay open.
   */
  begin(): Promise<void>;
  /** Logs the one-time link if there is no account. `origin` is this server's address on its own machine. */
  announce(origin: string): Promise<void>;
};

const firstName = 'admin';
const doer = { actor: '(ADMIN_PASSWORD_FILE)', address: '' };

/** The key of the link is valid until the process ends; a restart logs another one. */
export function createSetUp(parts: {
  users: UserQueries;
  recordUsers: RecordUsers;
  log: Log;
  adminPasswordFile: string;
}): SetUp {
  const { users, recordUsers, log, adminPasswordFile } = parts;
  const { secret } = createSecret();
  const isOpen = async () => !(await users.anyExists());
  const finish: SetUp['finish'] = (by, user) =>
    recordUsers.add(by, { ...user, role: 'admin' }, { onlyFirst: true });
  return {
    isOpen,
    key: secret,
    isKey: (key) => isSameSecret(key, secret),
    finish,
    begin: async () => {
      if (adminPasswordFile === '' || !(await isOpen())) return;
      const password = await readPassword(adminPasswordFile);
      const fault = await finish(doer, { name: firstName, password });
      if (fault === 'notFirst') return;
      if (fault !== undefined) throw unusable(adminPasswordFile, `its password is too ${fault}`);
      log.info(`The user ${firstName} was made with the password of ${adminPasswordFile}`);
    },
    announce: async (origin) => {
      if (!(await isOpen())) return;
      log.warn(
        `Nobody can sign in yet. Make the first administrator at ${origin}/setup?key=${secret} (works once, until the next start; from another machine with this machine's address)`,
      );
    },
  };
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
