import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { dayMs } from '../../time/durations.ts';
import type { CertificateFiles } from './create-server.ts';

/** Renewal can take weeks where it needs a form and a reminder. */
const expiresSoonDays = 30;

/** The host names of a certificate and its period of validity (epoch ms). */
export type CertificateFacts = { names: string[]; validFrom: number; validTo: number };

/** `soon`: it expires soon; `early`: it is not valid yet. */
export type CertificateState = 'valid' | 'soon' | 'expired' | 'early';

/**
 * Reads a certificate (followed by its chain) and its key, both PEM, and checks that they belong together. Throws an Error
 * whose message begins with the name of the faulty setting.
 */
export function readCertificate({ cert, key }: CertificateFiles): CertificateFacts {
  const chain = parseChain(cert);
  const privateKey = parseKey(key);
  const [own] = chain;
  if (!own?.checkPrivateKey(privateKey)) {
    throw new Error(
      chain.some((other) => other.checkPrivateKey(privateKey))
        ? "TLS_CERT does not begin with the server's own certificate; put it before those of its authorities."
        : 'TLS_KEY is not the key of the certificate in TLS_CERT.',
    );
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Error(`TLS_CERT and TLS_KEY cannot be used: ${(error as Error).message}.`);
  }
  return {
    names: namesOf(own),
    validFrom: own.validFromDate.getTime(),
    validTo: own.validToDate.getTime(),
  };
}

/** The state at `now`; `soon` is within the last 30 days. */
export function stateOf({ validFrom, validTo }: CertificateFacts, now: number): CertificateState {
  if (now >= validTo) return 'expired';
  if (now < validFrom) return 'early';
  return validTo - now < expiresSoonDays * dayMs ? 'soon' : 'valid';
}

function parseChain(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    throw new Error('TLS_CERT is no PEM file with a certificate ("-----BEGIN CERTIFICATE-----").');
  }
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new Error('TLS_CERT holds a certificate that cannot be read; it may have been cut off.');
  }
}

function parseKey(pem: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) {
    throw new Error(
      'TLS_KEY is encrypted; write it without a passphrase: openssl pkey -in old.key -out new.key.',
    );
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error('TLS_KEY is no PEM file with a private key ("-----BEGIN PRIVATE KEY-----").');
  }
}

/** DNS names and addresses of the subjectAltName, the only names that browsers accept. */
function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = '']) => name);
}
