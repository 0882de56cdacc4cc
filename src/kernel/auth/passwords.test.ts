import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { createPasswords, passwordFault } from './passwords.ts';

const passwords = createPasswords();

test('a password is known again by its hash, which never shows it and never comes twice', async () => {
  const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(two);
  expect(await passwords.verify('correct horse', one)).toBe(true);
  expect(await passwords.verify('correct horsf', one)).toBe(false);
  expect(await passwords.verify('', one)).toBe(false);
});

test('a password typed on another system, where letters are composed otherwise, is the same', async () => {
  const hash = await passwords.hash('비밀번호 é'.normalize('NFC'));
  expect(await passwords.verify('비밀번호 é'.normalize('NFD'), hash)).toBe(true);
});

test('a hash of other parameters is still good', async () => {
  // From the reference implementation's test vectors (phc-winner-argon2, test.c): "password", "somesalt".
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await passwords.verify('password', reference)).toBe(true);
});

test('verifying the password of an unknown name takes as long, and fails', async () => {
  await passwords.verify('x', undefined);
  const startedAt = performance.now();
  expect(await passwords.verify('the password of nobody', undefined)).toBe(false);
  expect(performance.now() - startedAt).toBeGreaterThan(5);
});

test('hashing leaves the event loop free', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await passwords.hash('something long enough');
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

test('a crowd is turned away instead of queued for ever', async () => {
  const crowded = createPasswords();
  const tries = await Promise.allSettled(
    Array.from({ length: 40 }, async () => crowded.hash('x'.repeat(10))),
  );
  const refused = tries.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(20);
  expect(refused[0]).toMatchObject({ reason: { code: 'rate_limited' } });
});

test.each([
  ['123456789', 'short'],
  ['1234567890', undefined],
  ['🔑'.repeat(9), 'short'],
  ['x'.repeat(201), 'long'],
])('%s as a new password: %s', (password, fault) => {
  expect(passwordFault(password)).toBe(fault);
});
