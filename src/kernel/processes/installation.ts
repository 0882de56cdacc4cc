import type { Log } from '../log.ts';
import type { Config } from '../settings/config.ts';
import { dutiesOf } from '../settings/role.ts';
import { type Bus, createBus, type MergePayloads } from './bus/bus.ts';
import { chooseLink } from './bus/choose-link.ts';
import { openServerLocks } from './leader/server-locks.ts';
import { createSingletons, type Singleton, type Singletons } from './leader/singletons.ts';

/** What connects the processes of an installation: the bus, and singletons for work that only one may do. */
export type Installation = {
  bus: Bus;
  singletons: Singletons;
  /** Background work that one process of each site does. */
  duties: {
    checksSequences(): boolean;
    testsStations(): boolean;
    rebuildsActivity(): boolean;
    looksAgainAtImages(): boolean;
    /** Competes for the duties of this process's role. */
    begin(): Promise<void>;
  };
};

type Settings = Pick<Config, 'role' | 'redisHost' | 'redisPort' | 'redisPassword' | 'redisDb' | 'site'>;

/** Joins the processes that share this database; there are no others with a database file (`databaseUrl` undefined). */
export async function joinInstallation(options: {
  config: Settings;
  databaseUrl: string | undefined;
  merge: MergePayloads;
  log: Log;
}): Promise<Installation> {
  const { config, databaseUrl, merge, log } = options;
  const { redisHost: host, redisPort: port, redisPassword: password, redisDb: db } = config;
  const redis = host === '' ? undefined : { host, port, password, db };
  const openLink = await chooseLink({ databaseUrl, redis, log });
  const locks = databaseUrl === undefined ? undefined : await openServerLocks({ url: databaseUrl, log });
  const singletons = createSingletons({ locks, log });
  return {
    bus: createBus({ openLink, merge, log }),
    singletons,
    duties: createDuties(singletons, config),
  };
}

function createDuties(singletons: Singletons, { role, site }: Settings): Installation['duties'] {
  const { sweeps, servesPages } = dutiesOf(role);
  const idle = { stop: async () => {} };
  let checks: Singleton | undefined;
  let tests: Singleton | undefined;
  let images: Singleton | undefined;
  let activity: Singleton | undefined;
  return {
    checksSequences: () => checks?.isHere ?? false,
    testsStations: () => tests?.isHere ?? false,
    rebuildsActivity: () => activity?.isHere ?? false,
    looksAgainAtImages: () => images?.isHere ?? false,
    begin: async () => {
      if (sweeps) tests = await singletons.run(`test stations ${site}`, () => idle);
      if (sweeps) checks = await singletons.run(`check COUNT ${site}`, () => idle);
      if (servesPages) activity = await singletons.run(`rebuild activity ${site}`, () => idle);
      if (servesPages) images = await singletons.run(`look again at images ${site}`, () => idle);
    },
  };
}
