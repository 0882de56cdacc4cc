import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its key as PEM, and what signs others with it. */
export type TestCertificate = { cert: string; key: string; issuer: { name: string; key: KeyObject } };

const dayMs = 86_400_000;

/**
 * Makes a real certificate (X.509 v3, ECDSA on P-256), because Node reads them and makes none. Without `issuer` it signs
 * itself. `names` go into the subjectAltName; `isAuthority` lets it sign others.
 */
export function createCertificate(options: {
  name: string;
  names?: readonly string[];
  from?: number;
  to?: number;
  issuer?: TestCertificate['issuer'];
  isAuthority?: boolean;
}): TestCertificate {
  const { name, names = [], from = Date.now() - dayMs, to = Date.now() + 365 * dayMs } = options;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const issuer = options.issuer ?? { name, key: privateKey };
  const extensions = [
    ...(options.isAuthority
      ? [sequence(oid('551d13'), der(0x01, 'ff'), der(0x04, sequence(der(0x01, 'ff'))))]
      : []),
    ...(names.length > 0 ? [sequence(oid('551d11'), der(0x04, sequence(...names.map(altName))))] : []),
  ];
  const facts = sequence(
    der(0xa0, der(0x02, '02')),
    der(0x02, `01${randomBytes(8).toString('hex')}`),
    ecdsaWithSha256,
    distinguished(issuer.name),
    sequence(instant(from), instant(to)),
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', facts, issuer.key)]);
  return {
    cert: pem(sequence(facts, ecdsaWithSha256, der(0x03, signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    issuer: { name, key: privateKey },
  };
}

/** One value of DER: tag, length, content. */
function der(tag: number, ...content: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(
    content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)),
  );
  const { length: size } = body;
  // DER takes the shortest form alone, and browsers insist on it.
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function sequence(...content: Buffer[]): Buffer {
  return der(0x30, ...content);
}

function oid(hex: string): Buffer {
  return der(0x06, hex);
}

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

function distinguished(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
}

function altName(name: string): Buffer {
  return isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name));
}

/** UTCTime: good from 1950 to 2049. */
function instant(at: number): Buffer {
  return der(
    0x17,
    Buffer.from(
      `${new Date(at)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  );
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
