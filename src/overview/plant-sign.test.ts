import { expect, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import type { StationState } from '../plant/station-state.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { createPlantSign } from './plant-sign.ts';

const log = createLog({ level: 'silent', pretty: false });
const running: StationState = { code: 'running' };
const burst: StationState = { code: 'ngBurst', sinceAt: 1 };
const settled = () => new Promise(setImmediate);

function createSign(read: () => StationState[]) {
  const clock = createTestClock(1_000_000);
  let reads = 0;
  const sign = createPlantSign({
    readStates: async () => {
      reads++;
      return read();
    },
    listSources: () => [{ state: 'online' }],
    clock,
    log,
  });
  return { clock, sign, readCount: () => reads };
}

test('nothing is claimed before the stations were read, then what they are, read again every few seconds', async () => {
  let states: StationState[] = [running];
  const { clock, sign, readCount } = createSign(() => states);
  expect(sign.current()).toBeNull();
  await settled();
  expect(sign.current()).toEqual({ kind: 'allRight' });
  states = [running, burst];
  expect([sign.current(), readCount()]).toEqual([{ kind: 'allRight' }, 1]);
  clock.advance(5_000);
  sign.current();
  await settled();
  expect(sign.current()).toEqual({ kind: 'wrong', count: 1 });
});

test('what was read a minute ago is not said of now', async () => {
  const { clock, sign } = createSign(() => [burst]);
  sign.current();
  await settled();
  clock.advance(60_001);
  expect(sign.current()).toBeNull();
});

test('a reading that fails leaves what was known until it is too old', async () => {
  let isAway = false;
  const { clock, sign } = createSign(() => {
    if (isAway) throw new Error('away');
    return [burst];
  });
  sign.current();
  await settled();
  isAway = true;
  clock.advance(6_000);
  sign.current();
  await settled();
  expect(sign.current()).toEqual({ kind: 'wrong', count: 1 });
});
