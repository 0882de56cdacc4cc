import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

const faultsOf = (env: Record<string, string>) => {
  const loaded = loadConfig({ env, systemTimeZone: 'UTC' });
  return loaded.ok ? [] : loaded.faults.map((fault) => fault.split(' ')[0]);
};

test('an address of a broker has a host and no path, and its password is in no message', () => {
  for (const url of ['mqtt://broker', 'mqtts://line:secret@10.0.0.7:8883', 'mqtt://[::1]:1883/'])
    expect(faultsOf({ MQTT_URL: url }), url).toEqual([]);
  for (const url of ['broker:1883', 'http://broker', 'mqtt://', 'mqtt://broker/topic', 'ws://broker'])
    expect(faultsOf({ MQTT_URL: url }), url).toEqual(['MQTT_URL']);
  const loaded = loadConfig({ env: { MQTT_URL: 'tcp://line:secret@broker' }, systemTimeZone: 'UTC' });
  expect(loaded.ok ? '' : loaded.faults.join()).not.toContain('secret');
});

test('topics are filters as brokers take them', () => {
  for (const topics of ['plant/events', 'a/+/b, c/#', '+/events', '#', '+'])
    expect(faultsOf({ MQTT_TOPICS: topics }), topics).toEqual([]);
  for (const topics of ['a/#/b', 'a#', 'a+/b', ','])
    expect(faultsOf({ MQTT_TOPICS: topics }), topics).toEqual(['MQTT_TOPICS']);
});
