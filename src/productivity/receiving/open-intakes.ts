import type { Log } from '../../kernel/log.ts';
import type { Singletons } from '../../kernel/processes/leader/singletons.ts';
import type { Config } from '../../kernel/settings/config.ts';
import { hidePassword } from '../../kernel/settings/hide-password.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { EventCounts } from '../recording/event-counts.ts';
import type { EventRecorder } from '../recording/event-recorder.ts';
import type { RefusedEvents } from '../recording/refused-events.ts';
import { createIntakeStatus, type IntakeState, type IntakeStatus, type IntakeWay } from './intake-state.ts';
import { startMqttIntake } from './mqtt-intake.ts';
import { createRecordPatiently, type RecordPatiently } from './record-patiently.ts';
import { startRedisIntake } from './redis-intake.ts';

const megabyte = 1024 * 1024;

/** The ways in that this program connects to by itself, as the settings have them. */
export type Intakes = {
  /** Each way that the settings name, whether it works or not. */
  list(): IntakeState[];
  /** Begins to read, in one process of the site. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

type Way = {
  status: IntakeStatus;
  start(parts: { record: RecordPatiently; status: IntakeStatus; log: Log }): { stop(): Promise<void> };
};

export function openIntakes(options: {
  config: Config;
  siteId: () => number;
  recorder: EventRecorder;
  refusedEvents: RefusedEvents;
  counts: EventCounts;
  singletons: Singletons;
  clock: Clock;
  log: Log;
}): Intakes {
  const { config, singletons, clock, log } = options;
  const ways: Partial<Record<IntakeWay, Way>> = {};
  if (config.mqttUrl !== '') {
    ways.mqtt = {
      status: createIntakeStatus('mqtt', hidePassword(config.mqttUrl), clock),
      start: (parts) => startMqttIntake({ settings: mqttSettings(config), ...parts }),
    };
  }
  if (config.eventsRedisStream !== '') {
    const { redisHost: host, redisPort: port, redisPassword: password, redisDb: db } = config;
    const { eventsRedisStream: stream, site } = config;
    ways.redis = {
      status: createIntakeStatus('redis', `${host}:${port}/${db} ${stream}`, clock),
      start: (parts) =>
        startRedisIntake({
          settings: { host, port, password, db, stream, group: `linesight-${site}` },
          ...parts,
        }),
    };
  }
  const running: { stop(): Promise<void> }[] = [];
  return {
    list: () => Object.values(ways).map(({ status }) => status.read()),
    start: async () => {
      for (const [source, way] of Object.entries(ways) as [IntakeWay, Way][]) {
        const record = createRecordPatiently({ ...options, source });
        running.push(
          await singletons.run(`read events from ${source} ${config.site}`, () =>
            way.start({ record, status: way.status, log }),
          ),
        );
      }
    },
    stop: async () => {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}

function mqttSettings(config: Config) {
  return {
    url: config.mqttUrl,
    user: config.mqttUser,
    password: config.mqttPassword,
    caFile: config.mqttCaFile,
    topics: config.mqttTopics,
    clientId: config.mqttClientId || `linesight-${config.site}`,
    maxBytes: config.eventsMaxMb * megabyte,
  };
}
