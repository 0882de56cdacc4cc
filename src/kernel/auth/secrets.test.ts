import { expect, test } from 'vitest';
import { createSecret, hashSecret, isSameSecret } from './secrets.ts';

test('a secret has 256 random bits, fits into a URL and is kept as its hash alone', () => {
  const secrets = Array.from({ length: 100 }, () => createSecret());
  expect(new Set(secrets.map(({ secret }) => secret)).size).toBe(100);
  for (const { secret, secretHash } of secrets) {
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(secretHash).toBe(hashSecret(secret));
    expect(secretHash).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(createSecret('ls_').secret).toMatch(/^ls_[\w-]{43}$/);
});

test('secrets are compared whole, whatever their lengths', () => {
  expect(isSameSecret('abc', 'abc')).toBe(true);
  for (const other of ['abd', 'ab', 'abcd', '']) expect(isSameSecret('abc', other)).toBe(false);
});
