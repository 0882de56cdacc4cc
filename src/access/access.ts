import { createLoginThrottle, type LoginThrottle } from '../kernel/auth/login-throttle.ts';
import { createPasswords, type Passwords } from '../kernel/auth/passwords.ts';
import type { Door } from '../kernel/http/env.ts';
import type { Log } from '../kernel/log.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { dayMs, minuteMs } from '../kernel/time/durations.ts';
import type { Sites } from '../plant/sites.ts';
import type { Db } from '../schema/db.ts';
import { createDoor } from './door.ts';
import { createKeys, type Keys } from './keys.ts';
import { createRecordAudit, type RecordAudit } from './record-audit.ts';
import { createRecordUsers, type RecordUsers } from './record-users.ts';
import { createSessions, type Sessions, type SessionTimes } from './sessions.ts';
import { createSetUp, type SetUp } from './set-up.ts';
import { createUserQueries, type UserQueries } from './user-queries.ts';

/** Who may use the product: its users, sessions and keys, and the log of what they did. */
export type Access = {
  db: Db;
  sites: Sites;
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
  door: Door;
};

/** `stationPageOf` answers the page of the station of an image's number, for kiosks that show one station. */
export function createAccess(parts: {
  db: Db;
  sites: Sites;
  clock: Clock;
  log: Log;
  config: Pick<Config, 'access' | 'sessionIdleMin' | 'sessionMaxDays' | 'adminPasswordFile'>;
  stationPageOf: (id: number) => Promise<string | undefined>;
  /** Rights may have been taken from somebody. */
  onChanged: () => void;
}): Access {
  const { db, sites, clock, log, config } = parts;
  const audit = createRecordAudit(db, clock);
  const passwords = createPasswords();
  const users = createUserQueries(db);
  const untold = createRecordUsers({ db, clock, passwords, audit });
  // The first account ends what this machine may do without one; that of the start comes before anybody is there.
  const recordUsers = told(untold, parts.onChanged, ['add', 'setRole', 'setPassword', 'setDisabled']);
  const setUp = createSetUp({ users, recordUsers: untold, log, adminPasswordFile: config.adminPasswordFile });
  const sessionTimes = { idleMs: config.sessionIdleMin * minuteMs, longestMs: config.sessionMaxDays * dayMs };
  return {
    ...{ db, sites, clock, log, audit, passwords, users, recordUsers, sessionTimes },
    throttle: createLoginThrottle(clock),
    sessions: told(createSessions({ db, clock, audit, times: sessionTimes }), parts.onChanged, ['end']),
    keys: told(createKeys({ db, sites, clock, audit }), parts.onChanged, [
      ...(['addToken', 'revokeToken', 'revokeLink'] as const),
    ]),
    setUp: told(setUp, parts.onChanged, ['finish']),
    door: createDoor({
      ...{ db, clock, audit, policy: config.access },
      ...{ site: sites.own, stationPageOf: parts.stationPageOf },
    }),
  };
}

type Deed = (...words: never[]) => Promise<unknown>;

/** The same object, whose deeds of these names are told once they are done. */
function told<T, K extends keyof T>(parts: T & Record<K, Deed>, tell: () => void, names: readonly K[]): T {
  const wrapped = names.map((name) => [
    name,
    async (...words: never[]) => {
      const outcome = await parts[name](...words);
      tell();
      return outcome;
    },
  ]);
  return { ...parts, ...Object.fromEntries(wrapped) };
}
