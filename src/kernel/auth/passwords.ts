import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import PQueue from 'p-queue';
import { AppError } from '../errors.ts';

/** Too long to guess, short enough to type with gloves. */
const minPasswordLength = 10;
export const maxPasswordLength = 200;

/**
 * The least OWASP asks of argon2id (Password Storage Cheat Sheet, 19 MiB, two passes, one lane): some 40 ms on a small
 * NAS. A hash names its own parameters, so raising these leaves the old ones valid.
 */
const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;
const saltBytes = 16;

/** One at a time, because hashing runs in a libuv thread, and file reads need those threads, too. */
const maxConcurrent = 1;
/** About a second of waiting; beyond it a login is refused instead of queued. */
const maxWaiting = 24;

const derive = promisify(argon2);
const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/-]{10,100})\$([\w+/-]{10,200})$/;

export type Passwords = {
  /** The hash to store for a password, in the PHC format `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  hash(password: string): Promise<string>;
  /**
   * Whether a password matches a hash. Without a hash (for an unknown name) false after the same time, so that the time does
   * not reveal which names exist. Throws `rate_limited` when too many are waiting.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
};

/** Creates and verifies argon2id password hashes in a short queue outside the event loop. */
export function createPasswords(): Passwords {
  const turns = new PQueue({ concurrency: maxConcurrent });
  const take = <T>(work: () => Promise<T>): Promise<T> => {
    if (turns.size >= maxWaiting) {
      const details = { retryAfterSec: 5 };
      throw new AppError('rate_limited', 'Too many people sign in at this moment. Try again.', { details });
    }
    return turns.add(work);
  };
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => take(() => hashNow(password)),
    verify: async (password, kept) => {
      decoy ??= take(() => hashNow('the password of nobody'));
      const hash = kept ?? (await decoy);
      const isRight = await take(() => verifyNow(password, hash));
      return isRight && kept !== undefined;
    },
  };
}

/** Why a new password is refused, as the key of a text; undefined if it is acceptable. */
export function passwordFault(password: string): 'short' | 'long' | undefined {
  const { length } = [...password];
  if (length < minPasswordLength) return 'short';
  return length > maxPasswordLength ? 'long' : undefined;
}

async function hashNow(password: string): Promise<string> {
  const nonce = randomBytes(saltBytes);
  const key = await derive('argon2id', { ...parameters, message: password.normalize('NFC'), nonce });
  const { memory, passes, parallelism } = parameters;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${asText(nonce)}$${asText(key)}`;
}

async function verifyNow(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', expected = ''] = form.exec(hash) ?? [];
  if (memory === undefined) throw new AppError('internal', 'A stored password hash cannot be read.');
  const wanted = Buffer.from(expected, 'base64');
  const given: Argon2Parameters = {
    message: password.normalize('NFC'),
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: wanted.length,
  };
  return timingSafeEqual(await derive('argon2id', given), wanted);
}

function asText(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
