import { setting } from './setting.ts';
import { commaList, databaseUrl, path, text, wholeNumber } from './setting-kinds.ts';

/** The largest pattern that is compiled at all: long ones are nearly always a mistake and may be slow on purpose. */
const longestPattern = 500;

/** Settings of the files and folders on this machine. */
export const files = [
  setting({
    env: 'WATCH_DIR',
    key: 'watchDir',
    group: 'files',
    default: '/data',
    ...path(),
    doc: 'Folder with the inspection images: <station>/<model>/<file>. It is only ever read, unless RETENTION_DELETE_SOURCE=1.',
  }),
  setting({
    env: 'DB_PATH',
    key: 'dbPath',
    group: 'files',
    default: '/state/data.sqlite',
    ...path(),
    doc: 'Database file; thumbnails are kept beside it. Must be on a local disk.',
  }),
  setting({
    env: 'DATABASE_URL',
    key: 'databaseUrl',
    group: 'files',
    default: '',
    ...databaseUrl(),
    doc: 'Database server instead of the file: postgres://user:password@host/name (PostgreSQL 13 or newer) or mysql://… (MySQL 8, MariaDB 10.6 or newer). The database must exist; its tables are made. Thumbnails stay beside DB_PATH.',
  }),
  setting({
    env: 'FILENAME_REGEX',
    key: 'filenameRegex',
    group: 'files',
    ...text(longestPattern),
    default: String.raw`^(?P<pass>OK|NG)-(?P<date>\d{8})-(?P<time>\d{6})-(?P<count>\d+)\.(?:jpg|jpeg|png)$`,
    doc: 'How a file name tells verdict, date, time and COUNT: groups pass, date, time and (optional) count, written (?P<x>…) or (?<x>…). Letter case does not matter.',
  }),
  setting({
    env: 'WATCH_EXCLUDE',
    key: 'exclude',
    group: 'files',
    ...commaList(),
    default: '',
    doc: 'Further names of files and folders to pass over, besides those a NAS, a desktop or an unfinished copy makes (@eaDir, #recycle, .*, Thumbs.db, *.tmp, *.part, ~* and the like). * stands for any characters; a name with ! in front is let in after all.',
  }),
  setting({
    env: 'BACKUP_INTERVAL_HOURS',
    key: 'backupIntervalHours',
    group: 'files',
    unit: 'h',
    default: '24',
    ...wholeNumber(0, 8760),
    doc: 'Time between two backups of the database, made while it runs; 0 for none. PostgreSQL and MySQL are backed up by their own means.',
  }),
  setting({
    env: 'BACKUP_KEEP',
    key: 'backupKeep',
    group: 'files',
    unit: 'backups',
    default: '7',
    ...wholeNumber(1, 1000),
    doc: 'How many of these backups are kept; the oldest are deleted.',
  }),
  setting({
    env: 'BACKUP_DIR',
    key: 'backupDir',
    group: 'files',
    default: '',
    ...path(),
    doc: 'Folder for them, best on another disk; without it a folder "backups" beside the database.',
  }),
  setting({
    env: 'CONFIG_FILE',
    key: 'configFile',
    group: 'files',
    default: '',
    ...path(),
    doc: 'JSON file with settings under these same names; an environment variable wins over it.',
  }),
] as const;
