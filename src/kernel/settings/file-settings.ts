import { setting } from './setting.ts';
import { commaList, databaseUrl, path, paths, text, wholeNumber } from './setting-kinds.ts';

/** Longer patterns are nearly always a mistake, and can be slow on purpose. */
const maxPatternLength = 500;

/** Settings of the files and folders on this machine. */
export const files = [
  setting({
    env: 'WATCH_DIR',
    key: 'watchDir',
    group: 'files',
    default: '/data',
    ...paths(),
    doc: 'Folder with the inspection images: <station>/<model>/<file>; several have ; between them, and an administrator adds more on the Sources page. It is never changed, unless RETENTION_DELETE_SOURCE=1.',
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
    doc: 'Database server instead of the file: postgres://user:password@host/name (PostgreSQL 13 or newer) or mysql://… (MySQL 8, MariaDB 10.6 or newer). The database must exist; its tables are created. Thumbnails stay beside DB_PATH.',
  }),
  setting({
    env: 'FILENAME_REGEX',
    key: 'filenameRegex',
    group: 'files',
    ...text(maxPatternLength),
    default: String.raw`^(?P<pass>OK|NG)-(?P<date>\d{8})-(?P<time>\d{6})-(?P<count>\d+)\.(?:jpg|jpeg|png)$`,
    doc: 'Pattern of file names, with verdict, date, time and COUNT: groups pass, date, time and (optional) count, written (?P<x>…) or (?<x>…). Case-insensitive.',
  }),
  setting({
    env: 'PATH_REGEX',
    key: 'pathRegex',
    group: 'files',
    ...text(maxPatternLength),
    default: '',
    doc: 'Pattern of the path below the watched folder, for layouts other than <station>/<model>/<file>; wins over FILENAME_REGEX. Groups in any order: pass, and optional station, part, date, time, count, view (one of several images of a unit) and unit (serial number). Without date or time an image counts for its time of change.',
  }),
  setting({
    env: 'VERDICT_WORDS',
    key: 'verdictWords',
    group: 'files',
    ...text(maxPatternLength),
    default: '',
    doc: 'Meanings of further words of the group pass, as in NOK=NG, IO=OK, NIO=NG, WARN=undecided. An undecided image is in no yield until a person judges it. OK, PASS, GOOD, NG, FAIL and BAD need no entry.',
  }),
  setting({
    env: 'WATCH_LINKS_TO',
    key: 'watchLinksTo',
    group: 'files',
    default: '',
    ...paths(),
    doc: 'Folders outside WATCH_DIR that links in it may lead to; several have ; between them. Each target is followed once. Other links to folders are not followed and named on the Sources page.',
  }),
  setting({
    env: 'WATCH_EXCLUDE',
    key: 'exclude',
    group: 'files',
    ...commaList(),
    default: '',
    doc: 'Further names of files and folders to ignore, besides those that a NAS, a desktop or an unfinished copy creates (@eaDir, #recycle, .*, Thumbs.db, *.tmp, *.part, ~* and the like). * stands for any characters; a name with ! in front is not ignored.',
  }),
  setting({
    env: 'BACKUP_INTERVAL_HOURS',
    key: 'backupIntervalHours',
    group: 'files',
    unit: 'h',
    default: '24',
    ...wholeNumber(0, 8760),
    doc: 'Time between two backups of the database while it is in use; 0 for none. Back up PostgreSQL and MySQL with their own tools.',
  }),
  setting({
    env: 'BACKUP_KEEP',
    key: 'backupKeep',
    group: 'files',
    unit: 'backups',
    default: '7',
    ...wholeNumber(1, 1000),
    doc: 'Number of backups to keep; the oldest are deleted.',
  }),
  setting({
    env: 'BACKUP_DIR',
    key: 'backupDir',
    group: 'files',
    default: '',
    ...path(),
    doc: 'Folder for backups, preferably on another disk; by default a folder "backups" beside the database.',
  }),
  setting({
    env: 'CONFIG_FILE',
    key: 'configFile',
    group: 'files',
    default: '',
    ...path(),
    doc: 'JSON file with settings under the same names; environment variables take precedence.',
  }),
] as const;
