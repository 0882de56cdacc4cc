import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createCertificate } from '../../../testing/certificates.ts';
import { readCertificate, stateOf } from './certificate.ts';

const dayMs = 86_400_000;
const from = Date.parse('2026-01-01T00:00:00Z');
const to = Date.parse('2027-01-01T00:00:00Z');
const authority = createCertificate({ name: 'Plant CA', isAuthority: true, from, to });
const names = ['linesight.plant.lan', '192.168.1.20'];
const server = createCertificate({ name: 'linesight', names, issuer: authority.issuer, from, to });

test('a certificate with its chain has its names and its period of validity', () => {
  const chain = { cert: server.cert + authority.cert, key: server.key };
  expect(readCertificate(chain)).toEqual({ names, validFrom: from, validTo: to });
  expect(readCertificate(createCertificate({ name: 'old', from, to })).names).toEqual([]);
});

describe('an unusable certificate or key is reported with its setting', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const encrypted = privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  const { cert, key } = server;
  test.each([
    ['an empty file', { cert: '', key }, /^TLS_CERT is no PEM file with a certificate/],
    ['key and certificate exchanged', { cert: key, key: cert }, /^TLS_CERT is no PEM file/],
    [
      'a file that was cut off',
      { cert: cert.replace(/(.{64}\n)(.{64}\n)/, '$1'), key },
      /^TLS_CERT holds .* cut off/,
    ],
    ['a key that is none', { cert, key: 'abc' }, /^TLS_KEY is no PEM file with a private key/],
    ['a key with a passphrase', { cert, key: `${encrypted}` }, /^TLS_KEY is encrypted.*openssl pkey/],
    ['the key of another', { cert, key: authority.key }, /^TLS_KEY is not the key of the certificate/],
    ['a chain in the wrong order', { cert: authority.cert + cert, key }, /^TLS_CERT does not begin with/],
  ])('%s', (_what, files, message) => {
    expect(() => readCertificate(files)).toThrow(message);
  });
});

test('an expiring certificate is reported from 30 days before', () => {
  const facts = readCertificate(server);
  const at = [from - 1, from, to - 30 * dayMs, to - 30 * dayMs + 1, to - 1, to];
  expect(at.map((now) => stateOf(facts, now))).toEqual([
    'early',
    'valid',
    'valid',
    'soon',
    'soon',
    'expired',
  ]);
});
