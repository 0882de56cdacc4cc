import { beforeEach, expect, test } from 'vitest';
import { createTestClock } from '../../testing/test-clock.ts';
import { createLoginThrottle, type LoginThrottle } from './login-throttle.ts';

const clock = createTestClock(1_700_000_000_000);
const minuteMs = 60_000;
let throttle: LoginThrottle;
beforeEach(() => {
  throttle = createLoginThrottle(clock);
});

function failTimes(count: number, name: string, address: (i: number) => string): number {
  let tried = 0;
  for (let i = 0; i < count; i++) if (throttle.begin(name, address(i)).ok) tried += 1;
  return tried;
}

test('five mistakes are free; each further one doubles the wait, up to a lock-out of 15 minutes', () => {
  expect(failTimes(20, 'kim', () => '10.0.0.1')).toBe(5);
  const waits: number[] = [];
  for (let i = 0; i < 14; i++) {
    const refused = throttle.begin('kim', '10.0.0.1');
    if (refused.ok) throw new Error('let through too early');
    waits.push(refused.waitMs / 1000);
    clock.advance(refused.waitMs);
    expect(throttle.begin('kim', '10.0.0.1').ok).toBe(true);
  }
  expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
  expect(waits.slice(-3)).toEqual([900, 900, 900]);
});

test('a lock-out delays neither other names at that address nor the same name elsewhere', () => {
  failTimes(10, 'kim', () => '10.0.0.1');
  expect(throttle.begin('kim', '10.0.0.1').ok).toBe(false);
  expect(throttle.begin('lee', '10.0.0.1').ok).toBe(true);
  expect(throttle.begin('kim', '10.0.0.2').ok).toBe(true);
});

test('an address that tries many names is locked out as well', () => {
  let tried = 0;
  for (let i = 0; i < 200; i++) if (throttle.begin(`name${i}`, '10.0.0.1').ok) tried += 1;
  expect(tried).toBe(20);
  expect(throttle.begin('kim', '10.0.0.2').ok).toBe(true);
});

test('guessing one name from many addresses is delayed, and its owner never waits longer than 30 s', () => {
  expect(failTimes(500, 'kim', (i) => `10.0.${i >> 8}.${i & 255}`)).toBe(50);
  for (let i = 0; i < 20; i++) {
    clock.advance(30_000);
    expect(throttle.begin('kim', `10.1.0.${i}`).ok).toBe(true);
  }
});

test('signing in clears the failures, and so does an hour without one', () => {
  failTimes(4, 'kim', () => '10.0.0.1');
  const right = throttle.begin('kim', '10.0.0.1');
  if (right.ok) right.succeeded();
  expect(failTimes(9, 'kim', () => '10.0.0.1')).toBe(5);
  clock.advance(60 * minuteMs);
  expect(failTimes(9, 'kim', () => '10.0.0.1')).toBe(5);
});

test('signing in to an account of his own does not give a guesser a fresh start at others', () => {
  for (let i = 0; i < 19; i++) throttle.begin(`name${i}`, '10.0.0.1');
  const own = throttle.begin('own', '10.0.0.1');
  if (own.ok) own.succeeded();
  expect(throttle.begin('name20', '10.0.0.1').ok).toBe(true);
  expect(throttle.begin('name21', '10.0.0.1').ok).toBe(false);
});

test('a user does not wait at a known address because of guessing elsewhere', () => {
  const before = throttle.begin('kim', '10.0.0.1');
  if (before.ok) before.succeeded();
  failTimes(500, 'kim', (i) => `10.1.${i >> 8}.${i & 255}`);
  expect(throttle.begin('kim', '10.0.0.2').ok).toBe(false);
  const again = throttle.begin('kim', '10.0.0.1');
  expect(again.ok).toBe(true);
  if (again.ok) again.succeeded();
  // Guesses from that very address are slowed as from any other.
  expect(failTimes(20, 'kim', () => '10.0.0.1')).toBe(5);
});
