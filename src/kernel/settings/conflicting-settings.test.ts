import { expect, test } from 'vitest';
import { findConflicts } from './conflicting-settings.ts';

const none = {
  port: 8080,
  compatPorts: [],
  imageReceiverPort: undefined,
  tlsCert: '',
  tlsKey: '',
  diskHighPercent: 90,
  diskLowPercent: 85,
};

test('every port is named once; a free one is never in the way', () => {
  expect(findConflicts({ ...none, compatPorts: [5000, 5020], imageReceiverPort: 8081 })).toEqual([]);
  expect(findConflicts({ ...none, port: 0, compatPorts: [5000] })).toEqual([]);
  expect(findConflicts({ ...none, compatPorts: [8080, 5000, 5000], imageReceiverPort: 8080 })).toEqual([
    'Port 8080 is named more than once (PORT, COMPAT_PORTS, IMAGE_RECEIVER_PORT); once is enough.',
    'Port 5000 is named more than once (COMPAT_PORTS, COMPAT_PORTS); once is enough.',
  ]);
});

test('certificate and key come together', () => {
  expect(findConflicts({ ...none, tlsCert: '/a.crt', tlsKey: '/a.key' })).toEqual([]);
  expect(findConflicts({ ...none, tlsCert: '/a.crt' })).toEqual([
    'TLS_CERT is set and TLS_KEY is not; set both for HTTPS or none.',
  ]);
  expect(findConflicts({ ...none, tlsKey: '/a.key' })).toEqual([
    'TLS_KEY is set and TLS_CERT is not; set both for HTTPS or none.',
  ]);
});

test('the low mark of a disk lies below the high one, unless marks are switched off', () => {
  expect(findConflicts({ ...none, diskHighPercent: 0 })).toEqual([]);
  expect(findConflicts({ ...none, diskLowPercent: 90 })).toEqual([
    'DISK_LOW_PERCENT is 90; it must be less than DISK_HIGH_PERCENT, which is 90.',
  ]);
});

test('a stream of events needs a Redis that has it', () => {
  expect(findConflicts({ ...none, eventsRedisStream: 'events', redisHost: 'redis' })).toEqual([]);
  expect(findConflicts({ ...none, eventsRedisStream: 'events', redisHost: '' })).toEqual([
    'EVENTS_REDIS_STREAM is set and REDIS_HOST is not; set both to read events from Redis.',
  ]);
});
