import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { identify } from './access/identify.ts';
import { mountAccess } from './access/mount.ts';
import { signInBack } from './access/sign-in-back.ts';
import { mountAlerts } from './alerts/mount.ts';
import { mountClient } from './client/mount.ts';
import { mountDemo } from './demo/mount.ts';
import { mountDocs } from './docs/mount.ts';
import { healthOnly } from './health/health-only.ts';
import { mountHealth } from './health/mount.ts';
import { mountInspections } from './inspections/mount.ts';
import { readOverview } from './inspections/pages/read-overview.ts';
import { backPath } from './kernel/http/back.ts';
import { compression } from './kernel/http/compression.ts';
import type { AppEnv, AppMiddleware } from './kernel/http/env.ts';
import { createErrorHandlers } from './kernel/http/error-handlers.ts';
import { createNetworkCheck } from './kernel/http/guards/addresses.ts';
import { crossOrigin } from './kernel/http/guards/cross-origin.ts';
import { hostCheck } from './kernel/http/guards/host-check.ts';
import { bodySizeLimit, timeLimit, urlLimit } from './kernel/http/guards/limits.ts';
import { requestLog } from './kernel/http/guards/request-log.ts';
import { securityHeaders } from './kernel/http/guards/security-headers.ts';
import { readViewer } from './kernel/http/read-viewer.ts';
import { viewerOf } from './kernel/http/render.ts';
import { dutiesOf } from './kernel/settings/role.ts';
import { uploadPath } from './live/api/compat.ts';
import { healthOfLive } from './live/api/health.ts';
import { stationLiveHref } from './live/camera-links.ts';
import { feedSettingsOf, mountLive } from './live/mount.ts';
import { mountManual } from './manual/mount.ts';
import { mountOverview } from './overview/mount.ts';
import { findShift } from './plant/time-window.ts';
import { predictionPaths } from './predictions/api/prediction-routes.ts';
import { mountPredictions } from './predictions/mount.ts';
import { healthOfPredictions } from './predictions/open-predictions.ts';
import { eventPaths } from './productivity/api/activity-routes.ts';
import { healthOfEvents, listEventWays } from './productivity/event-ways.ts';
import { mountProductivity } from './productivity/mount.ts';
import { stationWork } from './productivity/pages/station-work.ts';
import { plantFormPaths } from './resources/file-routes.ts';
import { mountResources } from './resources/mount.ts';
import { plantApiPaths } from './resources/plant-api.ts';
import { readDisks } from './retention/disks.ts';
import { mountRetention } from './retention/mount.ts';
import { healthOfRetention } from './retention/open-retention.ts';
import { mountSearch } from './search/mount.ts';
import type { Services } from './services.ts';
import { mountSettings } from './settings/mount.ts';
import { mountShifts } from './shifts/mount.ts';
import { shiftsPath } from './shifts/routes.ts';
import { mountStations } from './stations/mount.ts';
import { mountSystem } from './system/mount.ts';
import { mountWalls } from './walls/mount.ts';

/** Forms are small. Pairs of images have a limit of their own. */
const maxBodyBytes = 64 * 1024;
/** Forms of many rows, which limit their own size. */
const longForms = [shiftsPath, `${shiftsPath}/draft`, ...plantFormPaths, ...plantApiPaths];
/** A rescan may take 60 s; everything else answers in milliseconds. Uploads have a limit of their own. */
const maxAnswerMs = 75_000;

/** The web application: the order of middleware, then one mount a feature. */
export function createApp(services: Services): Hono<AppEnv> {
  const { config, log, renderer, access, i18n, system, sockets } = services;
  const { servesPages } = dutiesOf(config.role);
  const errors = createErrorHandlers({
    renderProblem: (c, problem, form) =>
      renderer.html(form === 'page' ? 'shared/error' : 'shared/_error', viewerOf(c), {
        problem,
        view: { here: backPath(c.req.path, '/') },
        signInBack: signInBack(c),
        ...(servesPages ? {} : { nav: [] }),
      }),
  });
  const app = new Hono<AppEnv>();
  app.onError(errors.onError);
  app.notFound(errors.notFound);
  app.use(requestLog({ log }));
  app.use(system.measureRequests);
  app.use(trustProxies(config.trustedProxies));
  app.use(securityHeaders());
  app.use(hostCheck({ allowedHosts: config.allowedHosts }));
  app.use(sockets.refuseStray());
  app.use(urlLimit());
  app.use(readViewer(i18n));
  app.use(identify(access));
  if (config.corsOrigins.length > 0) app.use(crossOrigin(config.corsOrigins));
  app.use(compression());
  app.use(bodySizeLimit(maxBodyBytes, [uploadPath, ...eventPaths, ...predictionPaths, ...longForms]));
  app.use(timeLimit(maxAnswerMs, [uploadPath]));
  if (!servesPages) app.use(healthOnly(config.role));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: errors.wrongMethod }));
  for (const routes of mountFeatures(services, () => app)) app.route('/', routes);
  return app;
}

/** Puts on every request which addresses are proxies of ours. */
function trustProxies(networks: readonly string[]): AppMiddleware {
  const isTrustedProxy = createNetworkCheck(networks);
  return async (c, next) => {
    c.set('isTrustedProxy', isTrustedProxy);
    await next();
  };
}

function mountFeatures(services: Services, app: () => Hono<AppEnv>): Hono<AppEnv>[] {
  const { config, warnings, version, startedAt, clock, paths, db, backups, staticFiles } = services;
  const { renderer, topics, tls, listeners, sockets, sites } = services;
  const { inspections, recordStations, live, liveImages, screens, access, demo, retention, system } =
    services;
  const { reads, sources, images } = inspections;
  const { wallClock } = sites;
  const productivity = { ...services.productivity, renderer, topics, i18n: services.i18n };
  return [
    staticFiles.routes(),
    ...mountLive({
      live,
      liveImages,
      screens,
      sockets,
      config,
      paths,
      stations: reads,
      demo,
      drawTimes: images.thumbnails.drawTimes,
      uploadDisks: { highMark: retention.marks.high, readDisks },
      renderer,
      topics,
      clock,
      wallClock,
    }),
    ...mountAlerts({
      alarms: reads.alarms,
      isDemo: reads.isDemo,
      targets: reads.targets,
      names: reads.names,
      sites,
      judgeAgain: inspections.judgeAgain,
      renderer,
      topics,
      clock,
    }),
    ...mountInspections({
      inspections,
      config,
      demo,
      stationPanels: [stationWork(productivity)],
      renderer,
      topics,
    }),
    ...mountProductivity(productivity),
    ...mountPredictions({ ...services.predictions, renderer, topics }),
    mountOverview({
      readPlant: services.readPlant,
      readStations: (filter) => readOverview(inspections, filter),
      listSources: sources.list,
      readPlan: async () => {
        const found = await productivity.progress(sites.own.id);
        return found?.due == null ? null : { made: found.made, due: found.due };
      },
      countBadImages: async () => (await reads.inspections.listBadImages(1, sites.ownFilter())).totalCount,
      liveHrefOf: (station) => stationLiveHref(live.current, station),
      sites,
      renderer,
      topics,
      clock,
    }),
    mountStations({
      names: reads.names,
      sites,
      recordStations,
      lines: services.lines,
      workstations: services.productivity.workstations,
      plantFiles: services.plantFiles,
      renewPlant: services.renewPlant,
      readState: reads.states.read,
      renderer,
    }),
    ...mountResources({
      names: reads.names,
      lines: services.lines,
      workers: services.productivity.workers,
      workstations: services.productivity.workstations,
      cycles: services.productivity.cycles,
      shifts: reads.shifts,
      sites,
      plantFiles: services.plantFiles,
      personData: config.personData,
      renewPlant: services.renewPlant,
      renderer,
      clock,
    }),
    mountShifts({
      lines: services.lines,
      shifts: reads.shifts,
      sites,
      renderer,
      i18n: services.i18n,
      clock,
      onChanged: () => services.publish('plant.changed', undefined),
    }),
    mountWalls({
      walls: services.walls,
      kinds: services.wallTileKinds,
      hasShift: (period) =>
        findShift(period, clock.now(), reads.shifts.calendarOf(sites.own.id)) !== undefined,
      feed: feedSettingsOf(config, wallClock),
      renderer,
      topics,
    }),
    mountSearch({ sources: services.searchSources, renderer }),
    ...mountSettings({ config, warnings, version, renderer }),
    ...mountAccess({ access, names: reads.names, sites, listWalls: services.walls.list, renderer }),
    mountDemo({ demo, renderer, topics }),
    ...mountSystem({
      system,
      listeners,
      tls,
      retention,
      backups,
      dbPath: paths.database.url === undefined ? paths.dbPath : undefined,
      renderer,
      topics,
      clock,
    }),
    ...mountRetention({ retention, renderer, topics }),
    mountDocs({ renderer, version, app }),
    mountClient(),
    mountManual({ renderer }),
    mountHealth({
      db,
      paths,
      backups,
      listeners,
      tls,
      sockets,
      topics,
      parts: {
        retention: () => healthOfRetention(retention),
        sources: inspections.health.sources,
        live: () => healthOfLive(live),
        events: () => healthOfEvents(listEventWays(services.productivity)),
        predictions: () => healthOfPredictions(services.predictions),
        thumbnails: inspections.health.thumbnails,
      },
      isReady: () => config.role === 'cameras' || inspections.isReady(),
      version,
      startedAt,
      clock,
    }),
    // Last, because every mount above defines its topics first.
    topics.routes(),
  ];
}
