import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const secretBytes = 32;

/** A secret for its holder (256 random bits as 43 URL-safe characters after `prefix`), and the hash to store. */
export function createSecret(prefix = ''): { secret: string; secretHash: string } {
  const secret = prefix + randomBytes(secretBytes).toString('base64url');
  return { secret, secretHash: hashSecret(secret) };
}

/**
 * SHA-256 of a secret in hex. Only this is stored, so a copy of the database gives no access. A slow hash would add nothing,
 * because 256 random bits cannot be guessed.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Compares two secrets in constant time. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(a)), Buffer.from(hashSecret(b)));
}
