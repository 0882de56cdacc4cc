import { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { accountRoutes } from './access/account-routes.ts';
import { auditRoutes } from './access/audit-routes.ts';
import { identify } from './access/identify.ts';
import { kioskRoutes } from './access/kiosk-routes.ts';
import { signInRoutes } from './access/sign-in-routes.ts';
import { tokenRoutes } from './access/token-routes.ts';
import { userRoutes } from './access/user-routes.ts';
import { demoRoutes } from './demo/routes.ts';
import { docsRoutes } from './docs/routes.ts';
import { checkDatabase, checkStorage } from './health/check.ts';
import { type HealthPart, healthRoutes } from './health/routes.ts';
import { inspectionApiRoutes } from './inspections/api/api.ts';
import { inspectionCompatRoutes } from './inspections/api/compat.ts';
import { imageCompatRoutes } from './inspections/images/compat.ts';
import { imageRoutes } from './inspections/images/routes.ts';
import { inspectionRoutes } from './inspections/pages/cards-routes.ts';
import { readOverview } from './inspections/pages/read-overview.ts';
import { sourceRoutes } from './inspections/pages/source-routes.ts';
import { stationRoutes } from './inspections/pages/station-routes.ts';
import { sparkline } from './kernel/charts/sparkline.ts';
import { AppError } from './kernel/errors.ts';
import { backPath } from './kernel/http/back.ts';
import { compression } from './kernel/http/compression.ts';
import type { AppContext, AppEnv, AppMiddleware } from './kernel/http/env.ts';
import { createErrorHandlers } from './kernel/http/error-handlers.ts';
import { hostCheck } from './kernel/http/guards/host-check.ts';
import { bodySizeLimit, timeLimit, urlLimit } from './kernel/http/guards/limits.ts';
import { siteOf } from './kernel/http/guards/origin.ts';
import { requestLog } from './kernel/http/guards/request-log.ts';
import { securityHeaders } from './kernel/http/guards/security-headers.ts';
import { viewerOf } from './kernel/http/render.ts';
import type { TlsStatus } from './kernel/http/server/tls.ts';
import { pickLang } from './kernel/i18n/languages.ts';
import { dutiesOf } from './kernel/settings/role.ts';
import { liveApiRoutes } from './live/api/api.ts';
import { liveCompatRoutes, uploadPath } from './live/api/compat.ts';
import { healthOfLive } from './live/api/health.ts';
import { stationLiveHref } from './live/camera-links.ts';
import { liveImageRoutes } from './live/images/routes.ts';
import { liveRoutes } from './live/pages/routes.ts';
import { liveSocketRoutes } from './live/screens/socket-routes.ts';
import { openLivePages } from './open-live-pages.ts';
import { type OverviewDeps, overviewRoutes } from './overview/routes.ts';
import { retentionApiRoutes } from './retention/api.ts';
import { readDisks } from './retention/disks.ts';
import { retentionRoutes } from './retention/routes.ts';
import type { Services } from './services.ts';
import { preferenceRoutes } from './settings/preferences.ts';
import { settingsRoutes } from './settings/routes.ts';
import { systemRoutes } from './system/routes.ts';

/** Forms are small; pairs of images have a limit of their own. */
const maxBodyBytes = 64 * 1024;
/** A rescan answers within 60 s, everything else in milliseconds; a pair of images is sent as long as it may be. */
const maxAnswerMs = 75_000;

/** The web application: who is let in and in which order, and one mount a feature. */
export function createApp(services: Services): Hono<AppEnv> {
  const { renderer } = services.inspections;
  const { servesPages } = dutiesOf(services.config.role);
  const errors = createErrorHandlers({
    renderProblem: (c, problem, form) =>
      renderer.html(form === 'page' ? 'shared/error' : 'shared/_error', viewerOf(c), {
        problem,
        view: { here: backPath(c.req.path, '/') },
        signInHref: signInHref(c),
        ...(servesPages ? {} : { nav: [] }),
      }),
  });
  const app = new Hono<AppEnv>();
  app.onError(errors.onError);
  app.notFound(errors.notFound);
  app.use(requestLog({ log: services.log }));
  app.use(services.system.measureRequests);
  app.use(securityHeaders());
  app.use(hostCheck({ allowedHosts: services.config.allowedHosts }));
  app.use(services.sockets.refuseStray());
  app.use(urlLimit());
  app.use(readViewer(services));
  app.use(identify(services.access));
  if (services.config.corsOrigins.length > 0) app.use(crossOrigin(services.config.corsOrigins));
  app.use(compression());
  app.use(bodySizeLimit(maxBodyBytes, [uploadPath]));
  app.use(timeLimit(maxAnswerMs, [uploadPath]));
  if (!servesPages) app.use(healthOnly(services.config.role));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: errors.wrongMethod }));
  for (const routes of mountFeatures(services, () => app)) app.route('/', routes);
  return app;
}

const healthPaths = new Set(['/health', '/health/ready', '/metrics']);

/** A process that only works behind the scenes says how it is, and nothing else. */
function healthOnly(role: string): AppMiddleware {
  return async (c, next) => {
    // What says so is a page itself, and wants its styles.
    if (!healthPaths.has(c.req.path) && !c.req.path.startsWith('/static/'))
      throw new AppError(
        'not_found',
        `This process has the role ${role} and shows no pages; it answers ${[...healthPaths].join(', ')}. Pages are served by a process with ROLE=web or ROLE=all.`,
      );
    await next();
  };
}

/** Scripts of the web applications named in the settings may read answers and send tokens, and never our cookies. */
function crossOrigin(origins: string[]): AppMiddleware {
  const preflightSec = 3600;
  return cors({
    origin: origins,
    allowHeaders: ['authorization', 'content-type'],
    exposeHeaders: ['etag', 'retry-after', 'x-request-id'],
    maxAge: preflightSec,
  });
}

/** The way to sign in and back: to the page that was asked for, or the one whose form was refused. */
function signInHref(c: AppContext): string {
  const referer = c.req.header('referer') ?? '';
  const page = c.req.method === 'GET' ? c.req.url : siteOf(c) === 'own' ? referer : '/';
  const { pathname, search } = URL.canParse(page) ? new URL(page) : { pathname: '/', search: '' };
  return `/login?${new URLSearchParams({ back: pathname + search })}`;
}

/** Language, theme and wall mode of the one who asks. */
function readViewer({ i18n }: Services): AppMiddleware {
  return async (c, next) => {
    const lang = pickLang(c.req.header('accept-language'), getCookie(c, 'lang'));
    const theme = getCookie(c, 'theme');
    c.set('lang', lang);
    c.set('t', i18n.t(lang));
    c.set('theme', theme === 'dark' || theme === 'light' ? theme : 'system');
    c.set('kiosk', c.req.query('kiosk') === '1');
    await next();
  };
}

/** The routes of every feature; the live topics come last, when each feature has defined its own. */
function mountFeatures(services: Services, app: () => Hono<AppEnv>): Hono<AppEnv>[] {
  const { inspections, config, version, clock, startedAt, warnings } = services;
  const { images } = services;
  return [
    services.staticFiles.routes(),
    liveSocketRoutes({
      sockets: services.sockets,
      feed: services.screens.feed,
      pingEveryMs: config.wsPingInterval,
      isChannel: (key) => services.live.current.latest(key) !== undefined,
    }),
    inspectionRoutes(inspections),
    stationRoutes(inspections),
    sourceRoutes(inspections),
    liveImageRoutes({
      images: services.liveImages,
      current: services.live.current,
      queries: services.live.queries,
    }),
    liveRoutes(openLivePages(services)),
    liveApiRoutes(services),
    liveCompatRoutes({
      live: services.live,
      clock,
      wallClock: inspections.reads.wallClock,
      maxFileBytes: config.maxFileSize,
      disks: { highMark: services.retention.marks.high, readDisks },
    }),
    imageRoutes({
      images,
      findInspection: inspections.reads.inspections.find,
      sites: inspections.reads.sites,
    }),
    inspectionCompatRoutes(inspections),
    imageCompatRoutes({
      store: images.thumbnails,
      rootPaths: inspections.sources.rootPaths,
      thumbMaxDim: config.thumbMaxDim,
    }),
    inspectionApiRoutes(inspections),
    overviewRoutes(overviewDeps(services)),
    settingsRoutes({ renderer: inspections.renderer, config, warnings, version }),
    preferenceRoutes(),
    ...accessRoutes(services),
    demoRoutes(services.demo),
    systemRoutes({
      renderer: inspections.renderer,
      topics: inspections.topics,
      system: services.system,
      clock,
      fullDisks: () => services.retention.disks.filter(({ state }) => state === 'stuck'),
      ways: () => ({ listeners: services.listeners.list(), certificate: services.tls?.status() ?? null }),
    }),
    retentionRoutes({
      renderer: inspections.renderer,
      topics: inspections.topics,
      retention: services.retention,
    }),
    retentionApiRoutes(services.retention),
    docsRoutes({ renderer: inspections.renderer, version, app }),
    healthRoutes({
      version,
      startedAt,
      now: () => clock.now(),
      check: () => checkHealth(services),
      isReady: () => isReady(services),
    }),
    inspections.topics.routes(),
  ];
}

function accessRoutes({ access, inspections }: Services): Hono<AppEnv>[] {
  const { renderer, reads } = inspections;
  const listStations = () =>
    reads.names.listStations().map(({ siteId, name }) => ({ name, site: reads.sites.tagOf(siteId) }));
  const stationNames = () => [...new Set(listStations().map(({ name }) => name))];
  return [
    signInRoutes(access, renderer),
    accountRoutes(access, renderer),
    userRoutes(access, renderer),
    tokenRoutes(access, renderer, stationNames),
    kioskRoutes(access, renderer, listStations),
    auditRoutes(access, renderer, reads.wallClock),
  ];
}

function overviewDeps({ inspections, clock, live }: Services): OverviewDeps {
  const { renderer, topics, reads, sources } = inspections;
  return {
    renderer,
    topics,
    sites: reads.sites,
    readStations: (filter) => readOverview(inspections, filter),
    readContext: async () => {
      const list = sources.list();
      return {
        now: clock.now(),
        drawSparkline: (values, scale) => sparkline({ values, ...scale }),
        sources: { total: list.length, online: list.filter(({ state }) => state !== 'offline').length },
        badImageCount: (await reads.inspections.listBadImages(1, reads.sites.ownFilter())).totalCount,
        liveHrefOf: (station) => stationLiveHref(live.current, station),
      };
    },
  };
}

/** Every watched folder has been looked at once, by whichever process it is watched; the tables were brought up to date before anything was answered. */
function isReady({ inspections, config }: Services): boolean {
  if (config.role === 'cameras') return true;
  const sources = inspections.sources.list();
  return sources.length > 0 && sources.every(({ state }) => state !== 'starting');
}

function healthOfRetention({ lastRunAt, disks }: Services['retention']) {
  return { lastRunAt, disks };
}

async function checkHealth({
  inspections,
  images,
  db,
  backups,
  retention,
  paths,
  listeners,
  tls,
  sockets,
  live,
}: Services): Promise<Record<string, HealthPart>> {
  const sources = inspections.sources.list();
  const isKept = !paths.notes.some(({ key }) => key === 'unwritable');
  return {
    database: await checkDatabase(db),
    storage: await checkStorage(paths.stateDir, { isKept }),
    retention: {
      ok: retention.disks.every(({ state }) => state !== 'stuck'),
      required: false,
      detail: healthOfRetention(retention),
    },
    sources: { ok: sources.every(({ state }) => state !== 'offline'), required: false, detail: sources },
    listeners: { ok: true, required: false, detail: listeners.list() },
    ...(tls && { certificate: healthOf(tls.status()) }),
    live: healthOfLive(live),
    sockets: { ok: true, required: false, detail: sockets.stats() },
    stream: { ok: true, required: false, detail: inspections.topics.stats() },
    thumbnails: { ok: true, required: false, detail: images.thumbnails.stats() },
    backups: { ok: backups.stats().fault === null, required: false, detail: backups.stats() },
  };
}

/** What monitors should ask for: whether browsers believe the certificate, and for how long. */
function healthOf({ state, daysLeft, validTo, fault }: TlsStatus): HealthPart {
  return {
    ok: state === 'valid' && fault === null,
    required: false,
    detail: { state, daysLeft, validTo, fault },
  };
}
