import { readFile } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import { startLoop } from '../../jobs/loop.ts';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import { dayMs } from '../../time/durations.ts';
import { type CertificateFacts, type CertificateState, readCertificate, stateOf } from './certificate.ts';
import type { CertificateFiles } from './create-server.ts';

/** How often the files are read again; programs renew certificates days before they expire. */
const defaultReloadMs = 60_000;

/** The certificate in use. */
export type TlsStatus = CertificateFacts & {
  state: CertificateState;
  /** Whole days until it expires; negative after that. */
  daysLeft: number;
  /** Why the current files are not in use; null if they are. */
  fault: string | null;
};

/** Keeps the certificate in use up to date with its files. */
export type Tls = {
  files(): CertificateFiles;
  status(): TlsStatus;
  onRenewed(use: (files: CertificateFiles) => void): void;
  /** Reads the files now. */
  reload(): Promise<void>;
  stop(): Promise<void>;
};

export type TlsOptions = {
  certPath: string;
  keyPath: string;
  clock: Clock;
  log: Log;
  reloadEveryMs?: number;
};

/**
 * Reads certificate and key, and again every minute: a renewed pair is put to use without a restart; a faulty one is
 * reported, and the old one stays in use. Throws `unavailable` with an explanation if there is none at startup.
 */
export async function openTls(options: TlsOptions): Promise<Tls> {
  const { clock, log } = options;
  let files = await readFiles(options).catch(refuse);
  let facts = await check(files).catch(refuse);
  let fault: string | null = null;
  let use: (files: CertificateFiles) => void = () => {};
  const status = (): TlsStatus => ({
    ...facts,
    state: stateOf(facts, clock.now()),
    daysLeft: Math.floor((facts.validTo - clock.now()) / dayMs),
    fault,
  });
  warn(log, status());

  const reload = async () => {
    try {
      const found = await readFiles(options);
      if (found.cert === files.cert && found.key === files.key) {
        fault = null;
        return;
      }
      facts = await check(found);
      files = found;
      fault = null;
      use(files);
      log.info({ validTo: new Date(facts.validTo).toISOString() }, 'A renewed certificate is in use');
      warn(log, status());
    } catch (error) {
      const reason = (error as Error).message;
      if (reason !== fault) log.error(`${reason} The certificate of before stays in use.`);
      fault = reason;
    }
  };
  const loop = startLoop({
    name: 'certificate',
    intervalMs: options.reloadEveryMs ?? defaultReloadMs,
    run: reload,
    log,
  });
  return {
    files: () => files,
    status,
    onRenewed: (then) => {
      use = then;
    },
    reload: loop.trigger,
    stop: loop.stop,
  };
}

/** Why certificate and key cannot be used, one sentence per setting; empty if they can. '' stands for a setting that is not set. */
export async function findTlsFaults({ cert, key }: { cert: string; key: string }): Promise<string[]> {
  const faults: string[] = [];
  const read = async (setting: string, path: string) => {
    if (path === '') return undefined;
    return readPem(setting, path).catch((error: Error) => void faults.push(error.message));
  };
  const files = { cert: await read('TLS_CERT', cert), key: await read('TLS_KEY', key) };
  if (files.cert === undefined || files.key === undefined) return faults;
  await check({ cert: files.cert, key: files.key }).catch((error: Error) => faults.push(error.message));
  return faults;
}

function refuse(error: Error): never {
  throw new AppError('unavailable', error.message, { cause: error });
}

async function check(files: CertificateFiles): Promise<CertificateFacts> {
  return readCertificate(files);
}

async function readFiles({ certPath, keyPath }: TlsOptions): Promise<CertificateFiles> {
  // One after the other: where both are missing, the same one is named every time.
  const cert = await readPem('TLS_CERT', certPath);
  return { cert, key: await readPem('TLS_KEY', keyPath) };
}

async function readPem(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EACCES: 'this user may not read it',
      EISDIR: 'it is a folder',
    };
    throw new Error(`${setting} ${path} cannot be read: ${reasons[code] ?? code}.`);
  }
}

function warn(log: Log, { state, validFrom, validTo, names, daysLeft }: TlsStatus): void {
  if (state === 'expired')
    log.warn(`The certificate of TLS_CERT expired on ${day(validTo)}; browsers refuse it.`);
  if (state === 'early')
    log.warn(`The certificate of TLS_CERT holds from ${day(validFrom)}; is the clock right?`);
  if (state === 'soon') log.warn(`The certificate of TLS_CERT expires in ${daysLeft} days.`);
  if (names.length === 0) {
    log.warn('The certificate of TLS_CERT names no host (subjectAltName); browsers refuse it.');
  }
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
