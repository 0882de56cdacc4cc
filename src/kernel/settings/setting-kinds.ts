import { z } from 'zod';

/**
 * What one setting accepts: `schema` turns the text of an environment variable into the value, and `allowed` says the
 * same to people, ending the sentence "it must be …".
 */
export type Kind<T> = { allowed: string; schema: z.ZodType<T, string> };

const longestPath = 4096;
const longestList = 100;
const longestName = 255;
const mostPorts = 20;

/** Any text up to a length. */
export function text(maxLength: number): Kind<string> {
  return { allowed: `a text of at most ${maxLength} characters`, schema: z.string().max(maxLength) };
}

/** A name that stands in addresses as it is. */
export function shortName(): Kind<string> {
  return {
    allowed:
      'a short name of letters A–Z, digits and . _ -, beginning with a letter or digit, at most 40 characters',
    schema: z.string().regex(/^[A-Za-z0-9][\w.-]{0,39}$/),
  };
}

/** A path of this machine; whether it exists is for its user to find out, because disks come and go. */
export function path(): Kind<string> {
  const schema = z
    .string()
    .max(longestPath)
    .regex(/^[^\u0000-\u001f]*$/);
  return { allowed: 'a path', schema };
}

/** A whole number, both ends allowed. */
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

/** One of the given lower-case words, written in any case. */
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

/** A database's address; whether anybody answers there is for its user to find out. */
export function databaseUrl(): Kind<string> {
  const schema = z
    .string()
    .max(longestPath)
    .regex(/^(?:|sqlite:.+|(?:postgres|postgresql|mysql|mariadb):\/\/[^/\s]+\/[^/\s]+)$/);
  return {
    allowed: 'sqlite:<path>, postgres://user:password@host/name or mysql://user:password@host/name',
    schema,
  };
}

/** Names with commas between them; spaces around them do not count. */
export function commaList(): Kind<string[]> {
  const split = (value: string) => value.split(',').map((item) => item.trim());
  const schema = z
    .string()
    .transform((value) => split(value).filter((item) => item !== ''))
    .pipe(z.array(z.string().max(longestName)).max(longestList));
  return { allowed: `at most ${longestList} names with commas between them`, schema };
}

/** Ports with commas between them. */
export function portList(): Kind<number[]> {
  const schema = z
    .string()
    .transform((value) => value.split(',').flatMap((item) => item.trim() || []))
    .pipe(z.array(port().schema).max(mostPorts));
  return { allowed: `at most ${mostPorts} ports from 1 to 65535 with commas between them`, schema };
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

/** Whether the runtime knows `name` as a zone of the IANA list; an offset such as +09:00 has no rules and does not count. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== 'Etc/Unknown';
  } catch {
    return false;
  }
}
