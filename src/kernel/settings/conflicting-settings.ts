import type { SettingValues } from './settings.ts';

/** Settings that are valid by themselves but contradict each other, one sentence each. Missing ones are not checked. */
export function findConflicts(
  values: Partial<
    Pick<
      SettingValues,
      | 'port'
      | 'compatPorts'
      | 'imageReceiverPort'
      | 'tlsCert'
      | 'tlsKey'
      | 'diskHighPercent'
      | 'diskLowPercent'
      | 'eventsRedisStream'
      | 'redisHost'
    >
  >,
): string[] {
  const { port = 0, compatPorts = [], imageReceiverPort, tlsCert, tlsKey } = values;
  const faults: string[] = [];
  if (tlsCert && tlsKey === '') {
    faults.push('TLS_CERT is set and TLS_KEY is not; set both for HTTPS or none.');
  }
  if (tlsKey && tlsCert === '') {
    faults.push('TLS_KEY is set and TLS_CERT is not; set both for HTTPS or none.');
  }
  const { diskHighPercent: high, diskLowPercent: low } = values;
  if (high && low !== undefined && low >= high) {
    faults.push(`DISK_LOW_PERCENT is ${low}; it must be less than DISK_HIGH_PERCENT, which is ${high}.`);
  }
  if (values.eventsRedisStream && values.redisHost === '') {
    faults.push('EVENTS_REDIS_STREAM is set and REDIS_HOST is not; set both to read events from Redis.');
  }
  const users = new Map<number, string[]>();
  const use = (used: number, setting: string) => users.set(used, [...(users.get(used) ?? []), setting]);
  if (port !== 0) use(port, 'PORT');
  for (const compat of compatPorts) use(compat, 'COMPAT_PORTS');
  if (imageReceiverPort !== undefined) use(imageReceiverPort, 'IMAGE_RECEIVER_PORT');
  for (const [used, by] of users) {
    if (by.length > 1)
      faults.push(`Port ${used} is named more than once (${by.join(', ')}); once is enough.`);
  }
  return faults;
}
