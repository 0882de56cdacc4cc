import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const secretBytes = 32;

/** What a holder shows (`secret`, 256 random bits as 43 URL-safe characters after `prefix`) and what is kept of it. */
export function createSecret(prefix = ''): { secret: string; secretHash: string } {
  const secret = prefix + randomBytes(secretBytes).toString('base64url');
  return { secret, secretHash: hashSecret(secret) };
}

/**
 * SHA-256 of a secret in hex, which is what the database keeps: a copy of it opens nothing. A slow hash would add
 * nothing, because 256 random bits cannot be guessed.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Whether two secrets are equal, in a time that does not tell how much of them is. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(a)), Buffer.from(hashSecret(b)));
}
