import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { dayMs } from '../../time/durations.ts';
import type { CertificateFiles } from './create-server.ts';

/** Renewing takes a week where it takes a form, and a reminder before that. */
const expiresSoonDays = 30;

/** What a certificate says of itself: the names it is for, and from when to when it holds (epoch ms). */
export type CertificateFacts = { names: string[]; validFrom: number; validTo: number };

/** Whether a certificate may be used now. */
export type CertificateState = 'valid' | 'soon' | 'expired' | 'early';

/**
 * Reads a certificate (its chain after it) and its key, both PEM, and makes sure that they work together. Throws an
 * Error whose message begins with the name of the setting to look at.
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

/** How a certificate stands at `now`; `soon` is within the last 30 days. */
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

/** DNS names and addresses of the subjectAltName, which alone counts for browsers. */
function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = '']) => name);
}
