import { join } from 'node:path';
import { createLoginThrottle, type LoginThrottle } from '../kernel/auth/login-throttle.ts';
import { createPasswords, type Passwords } from '../kernel/auth/passwords.ts';
import type { Door } from '../kernel/http/env.ts';
import type { Log } from '../kernel/log.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { dayMs, minuteMs } from '../kernel/time/durations.ts';
import type { PlantNames } from '../plant/names.ts';
import type { Sites } from '../plant/sites.ts';
import type { WallTile } from '../plant/walls/wall-tile.ts';
import type { Db } from '../schema/db.ts';
import { createDoor } from './door.ts';
import { createKeys, type Keys } from './keys.ts';
import { createRecordAudit, type RecordAudit } from './record-audit.ts';
import { createRecordUsers, type RecordUsers } from './record-users.ts';
import { createSessions, type Sessions, type SessionTimes } from './sessions.ts';
import { createSetUp, type SetUp } from './set-up.ts';
import { createTrustedSenders, type TrustedSenders } from './trusted-senders.ts';
import { createUserQueries, type UserQueries } from './user-queries.ts';

/** Users, sessions, keys, and the audit log of what they did. */
export type Access = {
  db: Db;
  sites: Sites;
  names: PlantNames;
  clock: Clock;
  log: Log;
  audit: RecordAudit;
  passwords: Passwords;
  throttle: LoginThrottle;
  users: UserQueries;
  recordUsers: RecordUsers;
  sessions: Sessions;
  sessionTimes: SessionTimes;
  keys: Keys;
  setUp: SetUp;
  senders: TrustedSenders;
  door: Door;
};

/** `stationPageOf` finds the station page of an image by its id, for kiosk links to single stations; `tilesOfWall` what hangs on a wall. */
export function createAccess(parts: {
  db: Db;
  sites: Sites;
  names: PlantNames;
  clock: Clock;
  log: Log;
  config: Pick<
    Config,
    'access' | 'sessionIdleMin' | 'sessionMaxDays' | 'adminPasswordFile' | 'trustedSenders'
  >;
  /** Where the key for the first account lies. */
  stateDir: string;
  stationPageOf: (id: number) => Promise<string | undefined>;
  tilesOfWall: (name: string) => Promise<readonly WallTile[]>;
  /** Access may have been withdrawn from a caller. */
  onChanged: () => void;
}): Access {
  const { db, sites, clock, log, config } = parts;
  const audit = createRecordAudit(db, clock);
  const passwords = createPasswords();
  const users = createUserQueries(db);
  // Set-up uses the unwrapped one: what it does at startup needs no notification, and `finish` sends its own.
  const quietly = createRecordUsers({ db, clock, passwords, audit });
  const recordUsers = notifying(quietly, parts.onChanged, ['add', 'setRole', 'setPassword', 'setDisabled']);
  const setUp = createSetUp({
    users,
    recordUsers: quietly,
    log,
    adminPasswordFile: config.adminPasswordFile,
    keyFile: join(parts.stateDir, 'setup-key'),
  });
  const senders = createTrustedSenders(config.trustedSenders, clock);
  const sessionTimes = { idleMs: config.sessionIdleMin * minuteMs, longestMs: config.sessionMaxDays * dayMs };
  return {
    db,
    sites,
    names: parts.names,
    clock,
    log,
    audit,
    passwords,
    users,
    recordUsers,
    sessionTimes,
    throttle: createLoginThrottle(clock),
    sessions: notifying(createSessions({ db, clock, audit, times: sessionTimes }), parts.onChanged, ['end']),
    keys: notifying(createKeys({ db, sites, clock, audit }), parts.onChanged, [
      'addToken',
      'revokeToken',
      'revokeLink',
    ]),
    setUp: notifying(setUp, parts.onChanged, ['finish']),
    senders,
    door: createDoor({
      noteSender: senders.note,
      db,
      clock,
      audit,
      policy: config.access,
      site: sites.own,
      stationPageOf: parts.stationPageOf,
      tilesOfWall: parts.tilesOfWall,
    }),
  };
}

type Method = (...args: never[]) => Promise<unknown>;

/** The same object, with `notify` called after each of the named methods. */
function notifying<T, K extends keyof T>(
  target: T & Record<K, Method>,
  notify: () => void,
  names: readonly K[],
): T {
  const wrapped = names.map((name) => [
    name,
    async (...args: never[]) => {
      const result = await target[name](...args);
      notify();
      return result;
    },
  ]);
  return { ...target, ...Object.fromEntries(wrapped) };
}
