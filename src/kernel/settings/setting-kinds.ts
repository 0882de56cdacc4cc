import { z } from 'zod';
import { senderKinds } from '../auth/principal.ts';
import { isNetwork } from '../http/guards/addresses.ts';
import { maxFolders, splitFolders } from '../storage/split-folders.ts';
import { parseTrustedSender, type TrustedSender } from './trusted-sender.ts';

/**
 * What a setting accepts: `schema` parses the text of an environment variable, and `allowed` describes it, completing the
 * sentence "it must be …".
 */
export type Kind<T> = { allowed: string; schema: z.ZodType<T, string> };

const maxPathLength = 4096;
const maxListLength = 100;
const maxNameLength = 255;
const maxPorts = 20;

export function text(maxLength: number): Kind<string> {
  return { allowed: `a text of at most ${maxLength} characters`, schema: z.string().max(maxLength) };
}

/** A name that needs no escaping in addresses. */
export function shortName(): Kind<string> {
  return {
    allowed:
      'a short name of letters A–Z, digits and . _ -, beginning with a letter or digit, at most 40 characters',
    schema: z.string().regex(/^[A-Za-z0-9][\w.-]{0,39}$/),
  };
}

/** A path on this machine. It need not exist, because disks come and go. */
export function path(): Kind<string> {
  const schema = z
    .string()
    .max(maxPathLength)
    .regex(/^[^\u0000-\u001f]*$/);
  return { allowed: 'a path', schema };
}

/** One or several paths on this machine, separated by `;`; see `splitFolders`. */
export function paths(): Kind<string> {
  const schema = path().schema.refine((value) => splitFolders(value).length <= maxFolders);
  return { allowed: `a path, or at most ${maxFolders} paths with ; between them`, schema };
}

/** A whole number, both limits inclusive. */
export function wholeNumber(min: number, max: number): Kind<number> {
  const schema = z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return { allowed: `a whole number from ${min} to ${max}`, schema };
}

/** A time of day on the 24-hour clock. */
export function timeOfDay(): Kind<string> {
  return {
    allowed: 'a time of day such as 03:30',
    schema: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/),
  };
}

/** One of the given lower-case words, case-insensitive. */
export function oneOf<const T extends readonly string[]>(words: T): Kind<T[number]> {
  const schema = z
    .string()
    .toLowerCase()
    .refine((word): word is T[number] => words.includes(word));
  return { allowed: `one of ${words.join(', ')}`, schema };
}

/** A switch. */
export function yesOrNo(): Kind<boolean> {
  return { allowed: '1 (yes) or 0 (no)', schema: z.stringbool() };
}

/** The address of a database, which need not be reachable. */
export function databaseUrl(): Kind<string> {
  const schema = z
    .string()
    .max(maxPathLength)
    .regex(/^(?:|sqlite:.+|(?:postgres|postgresql|mysql|mariadb):\/\/[^/\s]+\/[^/\s]+)$/);
  return {
    allowed: 'sqlite:<path>, postgres://user:password@host/name or mysql://user:password@host/name',
    schema,
  };
}

/** Names separated by commas; spaces around them are ignored. */
export function commaList(): Kind<string[]> {
  const split = (value: string) => value.split(',').map((item) => item.trim());
  const schema = z
    .string()
    .transform((value) => split(value).filter((item) => item !== ''))
    .pipe(z.array(z.string().max(maxNameLength)).max(maxListLength));
  return { allowed: `at most ${maxListLength} names with commas between them`, schema };
}

/** Addresses and networks separated by commas. */
export function networkList(): Kind<string[]> {
  return {
    allowed: `at most ${maxListLength} addresses or networks such as 10.1.2.3 or 10.1.0.0/16 with commas between them`,
    schema: commaList().schema.refine((items) => items.every(isNetwork)),
  };
}

/** Addresses and networks with what they may send, separated by commas. */
export function senderList(): Kind<TrustedSender[]> {
  return {
    allowed: `at most ${maxListLength} pairs such as 10.1.2.3:ingest:images or 10.1.0.0/16:scan with commas between them; kinds: ${senderKinds.join(', ')}`,
    schema: commaList()
      .schema.transform((items) => items.map(parseTrustedSender))
      .pipe(z.array(z.custom<TrustedSender>((sender) => sender !== undefined))),
  };
}

/** Ports separated by commas. */
export function portList(): Kind<number[]> {
  const schema = z
    .string()
    .transform((value) => value.split(',').flatMap((item) => item.trim() || []))
    .pipe(z.array(port().schema).max(maxPorts));
  return { allowed: `at most ${maxPorts} ports from 1 to 65535 with commas between them`, schema };
}

/** One port. */
function port(): Kind<number> {
  return wholeNumber(1, 65_535);
}

/** One port, or none. */
export function maybePort(): Kind<number | undefined> {
  const schema = z.union([z.literal('').transform(() => undefined), port().schema]);
  return { allowed: port().allowed, schema };
}

/** A time zone by name. */
export function timeZone(): Kind<string> {
  const allowed = 'a time zone of the IANA list, such as Asia/Seoul or UTC';
  return { allowed, schema: z.string().refine(isTimeZone) };
}

/** Whether `name` is a zone of the IANA list. An offset such as +09:00 has no rules and is not accepted. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== 'Etc/Unknown';
  } catch {
    return false;
  }
}
