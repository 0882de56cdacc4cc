import type { z } from 'zod';
import { accessPolicies } from '../auth/principal.ts';
import { files } from './file-settings.ts';
import { live } from './live-settings.ts';
import { processes } from './process-settings.ts';
import { retention } from './retention-settings.ts';
import { setting } from './setting.ts';
import {
  commaList,
  maybePort,
  oneOf,
  path,
  portList,
  shortName,
  text,
  timeZone,
  wholeNumber,
  yesOrNo,
} from './setting-kinds.ts';

const watching = [
  setting({
    env: 'WATCH_MODE',
    key: 'watchMode',
    group: 'watching',
    default: 'auto',
    ...oneOf(['auto', 'events', 'poll']),
    doc: 'How changes are noticed: events of the file system plus sweeps, or sweeps alone; auto decides by the kind of file system.',
  }),
  setting({
    env: 'POLL_INTERVAL_SEC',
    key: 'pollIntervalSec',
    group: 'watching',
    unit: 's',
    default: '60',
    ...wholeNumber(1, 86_400),
    doc: 'Time between two sweeps of the folder.',
  }),
  setting({
    env: 'RECONCILE_INTERVAL_MIN',
    key: 'reconcileIntervalMin',
    group: 'watching',
    unit: 'min',
    default: '60',
    ...wholeNumber(1, 10_080),
    doc: 'Time between two full comparisons of the folder with the database.',
  }),
  setting({
    env: 'RECENT_MTIME_MIN',
    key: 'recentMtimeMin',
    group: 'watching',
    unit: 'min',
    default: '60',
    ...wholeNumber(1, 525_600),
    doc: 'At the start the images of this long are read first; older ones follow in the background.',
  }),
  setting({
    env: 'MIN_FILE_AGE_SEC',
    key: 'minFileAgeSec',
    group: 'watching',
    unit: 's',
    default: '2',
    ...wholeNumber(0, 3600),
    doc: 'A file without a proper end counts as complete once its size has not changed for this long.',
  }),
] as const;

const images = [
  setting({
    env: 'NG_PREVIEW_COUNT',
    key: 'ngPreviewCount',
    group: 'images',
    unit: 'images',
    default: '3',
    ...wholeNumber(0, 12),
    doc: 'How many of the last NG images a station card shows.',
  }),
  setting({
    env: 'THUMB_MAX_DIM',
    key: 'thumbMaxDim',
    group: 'images',
    unit: 'px',
    default: '512',
    ...wholeNumber(32, 4096),
    doc: 'Longest side of a thumbnail.',
  }),
  setting({
    env: 'THUMB_BUDGET_MB',
    key: 'thumbBudgetMb',
    group: 'images',
    unit: 'MB',
    default: '1024',
    ...wholeNumber(16, 10_000_000),
    doc: 'Disk space for thumbnails; beyond it those not looked at for longest are deleted and made again when needed.',
  }),
] as const;

const site = [
  setting({
    env: 'SITE',
    key: 'site',
    group: 'site',
    default: 'main',
    ...shortName(),
    doc: 'Short name of the plant this process belongs to, where several share one database; every image it finds belongs to it. Another name is another plant.',
  }),
  setting({
    env: 'SITE_NAME',
    key: 'siteName',
    group: 'site',
    default: '',
    ...text(60),
    doc: 'Name of the plant as people read it, shown at the top of every page.',
  }),
  setting({
    env: 'SITE_TIME_ZONE',
    key: 'siteTimeZone',
    group: 'site',
    default: '',
    ...timeZone(),
    doc: "The plant's time zone: it interprets the times in file names and cuts days. Without it TZ counts, else the zone of the machine.",
  }),
] as const;

const server = [
  setting({
    env: 'HOST',
    key: 'host',
    group: 'server',
    default: '0.0.0.0',
    ...text(255),
    doc: 'Address to listen on; 127.0.0.1 for this machine alone.',
  }),
  setting({
    env: 'PORT',
    key: 'port',
    group: 'server',
    default: '8080',
    ...wholeNumber(0, 65_535),
    doc: 'Port to listen on; 0 takes a free one and writes it to the log.',
  }),
  setting({
    env: 'COMPAT_PORTS',
    key: 'compatPorts',
    group: 'server',
    default: '',
    ...portList(),
    doc: 'Further ports that answer the same, for programs written for the replaced systems: 5000 for the Productivity dashboard, 5020 for Camera check.',
  }),
  setting({
    env: 'IMAGE_RECEIVER_PORT',
    key: 'imageReceiverPort',
    group: 'server',
    default: '',
    ...maybePort(),
    doc: 'One more such port, under the name the Live image receiver had for its own; its clients expect 8081. None without it.',
  }),
  setting({
    env: 'TLS_CERT',
    key: 'tlsCert',
    group: 'server',
    default: '',
    ...path(),
    doc: "PEM file with the server's certificate, its chain after it. With it and TLS_KEY every port speaks HTTPS only. Read again every minute.",
  }),
  setting({
    env: 'TLS_KEY',
    key: 'tlsKey',
    group: 'server',
    default: '',
    ...path(),
    doc: 'PEM file with the private key of that certificate, without a passphrase.',
  }),
  setting({
    env: 'COMPAT_TLS',
    key: 'compatTls',
    group: 'server',
    default: '1',
    ...yesOrNo(),
    doc: 'Whether the further ports speak HTTPS too when TLS_CERT is set; 0 keeps them plain, for devices that cannot, and with it what they send readable on the network.',
  }),
  setting({
    env: 'ALLOWED_HOSTS',
    key: 'allowedHosts',
    group: 'server',
    default: '',
    ...commaList(),
    doc: 'Host names under which browsers may reach this server, when the usual ones (addresses, names without a dot, .local and the like) are not enough.',
  }),
  setting({
    env: 'MAX_VIEWERS',
    key: 'maxViewers',
    group: 'server',
    unit: 'screens',
    default: '2000',
    ...wholeNumber(1, 100_000),
    doc: 'Most screens that are kept live at the same time; further ones ask every few seconds instead.',
  }),
  setting({
    env: 'LOG_LEVEL',
    key: 'logLevel',
    group: 'server',
    default: 'info',
    ...oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    doc: 'Least important entries that are still written to the log.',
  }),
] as const;

const access = [
  setting({
    env: 'ACCESS',
    key: 'access',
    group: 'access',
    default: 'open-view',
    ...oneOf(accessPolicies),
    doc: 'Who is let in. open-view: everybody who reaches the server may look, changes need a login or token. closed: everything needs one. open: everybody may change everything but users and keys; for a trusted network only.',
  }),
  setting({
    env: 'ADMIN_PASSWORD_FILE',
    key: 'adminPasswordFile',
    group: 'access',
    default: '',
    ...path(),
    doc: 'File with the password of the first user, admin, made at a start without any user; for machines nobody sits at. Later starts do not read it.',
  }),
  setting({
    env: 'SESSION_IDLE_MIN',
    key: 'sessionIdleMin',
    group: 'access',
    unit: 'min',
    default: '720',
    ...wholeNumber(1, 525_600),
    doc: 'A browser that was not used for this long must sign in again.',
  }),
  setting({
    env: 'SESSION_MAX_DAYS',
    key: 'sessionMaxDays',
    group: 'access',
    unit: 'd',
    default: '30',
    ...wholeNumber(1, 3650),
    doc: 'A browser must sign in again after this long in any case.',
  }),
  setting({
    env: 'CORS_ORIGINS',
    key: 'corsOrigins',
    group: 'access',
    default: '',
    ...commaList(),
    doc: 'Web applications of other servers, such as https://mes.plant.lan, whose scripts may read the answers and send tokens; none by default. Cookies are never taken from them.',
  }),
] as const;

const demo = [
  setting({
    env: 'DEMO',
    key: 'demo',
    group: 'demo',
    default: '1',
    ...yesOrNo(),
    doc: 'Whether the empty page offers to start the demo plant.',
  }),
  setting({
    env: 'DEMO_DIR',
    key: 'demoDir',
    group: 'demo',
    default: '',
    ...path(),
    doc: 'Folder the demo plant writes to; without it a folder "demo" beside the database.',
  }),
] as const;

/** Every setting of the product, in the order people read them. The README's table and the settings page are made of it. */
export const settings = [
  ...files,
  ...watching,
  ...images,
  ...live,
  ...site,
  ...server,
  ...access,
  ...retention,
  ...processes,
  ...demo,
] as const;

type AnySetting = (typeof settings)[number];
export type SettingKey = AnySetting['key'];
export type SettingValues = { [S in AnySetting as S['key']]: z.output<S['schema']> };
