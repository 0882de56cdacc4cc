import type { z } from 'zod';
import { accessPolicies } from '../auth/principal.ts';
import { files } from './file-settings.ts';
import { live } from './live-settings.ts';
import { predictions } from './prediction-settings.ts';
import { processes } from './process-settings.ts';
import { productivity } from './productivity-settings.ts';
import { retention } from './retention-settings.ts';
import { setting } from './setting.ts';
import {
  commaList,
  maybePort,
  networkList,
  oneOf,
  path,
  portList,
  senderList,
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
    doc: 'How changes are detected: file system events plus sweeps, or sweeps only; auto decides by the type of file system.',
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
    doc: 'At startup, images of this period are read first; older ones follow in the background. On shares, files recorded within it are looked at again for growth.',
  }),
  setting({
    env: 'MIN_FILE_AGE_SEC',
    key: 'minFileAgeSec',
    group: 'watching',
    unit: 's',
    default: '2',
    ...wholeNumber(0, 3600),
    doc: 'A file whose content does not show that it is complete counts once it has not changed for this long.',
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
    doc: 'Number of recent NG images on a station card.',
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
    doc: 'Disk space for thumbnails; beyond it the least recently viewed are deleted, and created again when needed.',
  }),
] as const;

const site = [
  setting({
    env: 'SITE',
    key: 'site',
    group: 'site',
    default: 'main',
    ...shortName(),
    doc: 'Short name of the plant of this process, if several share one database; every image it finds belongs to this plant. Another name is another plant.',
  }),
  setting({
    env: 'SITE_NAME',
    key: 'siteName',
    group: 'site',
    default: '',
    ...text(60),
    doc: 'Display name of the plant, shown at the top of every page.',
  }),
  setting({
    env: 'SITE_TIME_ZONE',
    key: 'siteTimeZone',
    group: 'site',
    default: '',
    ...timeZone(),
    doc: 'Time zone of the plant, for the times in file names and the limits of days. By default TZ, else the zone of the machine.',
  }),
] as const;

const server = [
  setting({
    env: 'HOST',
    key: 'host',
    group: 'server',
    default: '0.0.0.0',
    ...text(255),
    doc: 'Address to listen on; 127.0.0.1 for this machine only.',
  }),
  setting({
    env: 'PORT',
    key: 'port',
    group: 'server',
    default: '8080',
    ...wholeNumber(0, 65_535),
    doc: 'Port to listen on; 0 chooses a free one and logs it.',
  }),
  setting({
    env: 'COMPAT_PORTS',
    key: 'compatPorts',
    group: 'server',
    default: '',
    ...portList(),
    doc: 'Further ports with the same content, for programs written for the replaced systems: 5000 for the Productivity dashboard, 5020 for Camera check.',
  }),
  setting({
    env: 'IMAGE_RECEIVER_PORT',
    key: 'imageReceiverPort',
    group: 'server',
    default: '',
    ...maybePort(),
    doc: 'Another such port, named as in the Live image receiver, whose clients expect 8081. None by default.',
  }),
  setting({
    env: 'TLS_CERT',
    key: 'tlsCert',
    group: 'server',
    default: '',
    ...path(),
    doc: "PEM file with the server's certificate, followed by its chain. With it and TLS_KEY every port is HTTPS only. Read again every minute.",
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
    doc: 'Whether the further ports are HTTPS, too, when TLS_CERT is set; 0 keeps them plain HTTP for devices without it, whose data is then readable on the network.',
  }),
  setting({
    env: 'ALLOWED_HOSTS',
    key: 'allowedHosts',
    group: 'server',
    default: '',
    ...commaList(),
    doc: 'Host names by which browsers may reach this server, besides the usual ones (addresses, names without a dot, .local and the like).',
  }),
  setting({
    env: 'TRUSTED_PROXIES',
    key: 'trustedProxies',
    group: 'server',
    default: '',
    ...networkList(),
    doc: 'Reverse proxies on other machines, whose X-Forwarded-For, -Host, -Port and -Proto are believed. Those on this machine always are.',
  }),
  setting({
    env: 'TRUSTED_SENDERS',
    key: 'trustedSenders',
    group: 'server',
    default: '',
    ...senderList(),
    doc: 'Addresses whose programs may send without a token, and what. For programs of the replaced systems, which know no token. A forwarded address counts only from a proxy of TRUSTED_PROXIES.',
  }),
  setting({
    env: 'MAX_VIEWERS',
    key: 'maxViewers',
    group: 'server',
    unit: 'screens',
    default: '2000',
    ...wholeNumber(1, 100_000),
    doc: 'Maximum of screens with live updates; further ones poll every few seconds instead.',
  }),
  setting({
    env: 'LOG_LEVEL',
    key: 'logLevel',
    group: 'server',
    default: 'info',
    ...oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    doc: 'Lowest level that is logged.',
  }),
] as const;

const access = [
  setting({
    env: 'ACCESS',
    key: 'access',
    group: 'access',
    default: 'open-view',
    ...oneOf(accessPolicies),
    doc: 'Who has access. open-view: anyone on the network may view, changes need a login or token. closed: everything needs one. open: anyone may change everything but users and keys; for a trusted network only.',
  }),
  setting({
    env: 'ADMIN_PASSWORD_FILE',
    key: 'adminPasswordFile',
    group: 'access',
    default: '',
    ...path(),
    doc: 'File with the password of the first user, admin, created at the first start; for unattended machines. Later starts do not read it.',
  }),
  setting({
    env: 'SESSION_IDLE_MIN',
    key: 'sessionIdleMin',
    group: 'access',
    unit: 'min',
    default: '720',
    ...wholeNumber(1, 525_600),
    doc: 'A browser must sign in again after this long without use.',
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
    doc: 'Web applications of other servers, such as https://mes.plant.lan, whose scripts may read answers and send tokens; none by default. Their cookies are never accepted.',
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
    doc: 'Folder the demo plant writes to; by default a folder "demo" beside the database.',
  }),
] as const;

/** All settings in display order. The manual's table and the settings page are made from this list. */
export const settings = [
  ...files,
  ...watching,
  ...images,
  ...live,
  ...productivity,
  ...predictions,
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
