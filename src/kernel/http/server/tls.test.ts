import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCertificate } from '../../../testing/certificates.ts';
import { createTestClock } from '../../../testing/test-clock.ts';
import { createLog } from '../../log.ts';
import { openTls } from './tls.ts';

const log = createLog({ level: 'silent', pretty: false });
const dayMs = 86_400_000;
const now = Date.parse('2026-06-01T00:00:00Z');
const clock = createTestClock(now);

let folder: string;
let options: Parameters<typeof openTls>[0];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linesight-tls-'));
  options = { certPath: join(folder, 'server.crt'), keyPath: join(folder, 'server.key'), clock, log };
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(daysLeft: number) {
  const made = createCertificate({
    name: 'a',
    names: ['a.lan'],
    from: now - dayMs,
    to: now + daysLeft * dayMs,
  });
  writeFileSync(options.certPath, made.cert);
  writeFileSync(options.keyPath, made.key);
  return made;
}

test('without usable files the start is refused, with the setting and the path', async () => {
  const missing = `TLS_CERT ${options.certPath} cannot be read: there is no such file.`;
  await expect(openTls(options)).rejects.toThrow(missing);
  put(100);
  await expect(openTls({ ...options, keyPath: folder })).rejects.toThrow('TLS_KEY');
  writeFileSync(options.keyPath, createCertificate({ name: 'b' }).key);
  await expect(openTls(options)).rejects.toThrow('TLS_KEY is not the key of the certificate');
});

test('a renewed pair is put to use, half of one is reported and the old one stays', async () => {
  const first = put(20);
  const tls = await openTls(options);
  const renewed: string[] = [];
  tls.onRenewed(({ cert }) => renewed.push(cert));
  expect(tls.status()).toMatchObject({ state: 'soon', daysLeft: 20, fault: null, names: ['a.lan'] });
  await tls.reload();
  expect(renewed).toEqual([]);

  const second = put(400);
  writeFileSync(options.keyPath, first.key);
  await tls.reload();
  expect(tls.files().cert).toBe(first.cert);
  expect(tls.status()).toMatchObject({ state: 'soon', fault: expect.stringContaining('TLS_KEY is not') });
  rmSync(options.certPath);
  await tls.reload();
  expect(tls.status().fault).toContain('there is no such file');

  writeFileSync(options.certPath, second.cert);
  writeFileSync(options.keyPath, second.key);
  await tls.reload();
  expect([renewed, tls.files()]).toEqual([[second.cert], { cert: second.cert, key: second.key }]);
  expect(tls.status()).toMatchObject({ state: 'valid', daysLeft: 400, fault: null });
  await tls.stop();
});

test('an expired certificate is still used, because pages would be unreachable otherwise', async () => {
  put(-0.5);
  const tls = await openTls(options);
  expect(tls.status()).toMatchObject({ state: 'expired', daysLeft: -1 });
  await tls.stop();
});
