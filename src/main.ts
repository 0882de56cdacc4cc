import { createApp } from './app.ts';
import { proveNamePattern } from './inspections/prove-name-pattern.ts';
import { systemClock } from './kernel/clock.ts';
import { loadConfig } from './kernel/config.ts';
import { AppError } from './kernel/errors.ts';
import { startServer } from './kernel/http/server.ts';
import { createLifecycle, stopOnSignals } from './kernel/lifecycle.ts';
import { createLog } from './kernel/log.ts';
import { createServices } from './services.ts';

/** Supervisors give 10 s between SIGTERM and SIGKILL. */
const stopDeadlineMs = 8_000;
const requestGraceMs = 3_000;

const loaded = loadConfig({ env: process.env });
const log = createLog({
  level: loaded.ok ? loaded.config.logLevel : 'info',
  pretty: process.stdout.isTTY === true,
});
if (!loaded.ok) refuseToStart(loaded.faults);
for (const warning of loaded.warnings) log.warn(warning);
const { config, warnings } = loaded;
const lifecycle = createLifecycle({ log, deadlineMs: stopDeadlineMs });
stopOnSignals(lifecycle, log);
const patternFault = await proveNamePattern(config.filenameRegex);
if (patternFault) refuseToStart([`FILENAME_REGEX: ${patternFault}`]);
try {
  const services = await createServices({ config, warnings, log, clock: systemClock });
  lifecycle.onStop('services', services.stop);
  const server = await startServer({
    fetch: createApp(services).fetch,
    host: config.host,
    port: config.port,
    log,
    endStreams: services.inspections.topics.stop,
    maxStreams: config.maxViewers,
    sockets: services.sockets,
  });
  lifecycle.onStop('server', () => server.stop({ graceMs: requestGraceMs }));
  await services.access.setUp.announce(`http://localhost:${server.port}`);
  await services.start();
  log.info(
    { port: server.port, watchDir: services.places.watchDir },
    `Linesight is at http://localhost:${server.port}/`,
  );
} catch (error) {
  if (error instanceof AppError) log.fatal(error.message);
  else log.fatal({ err: error }, 'Linesight could not start');
  await lifecycle.stop('start failed');
  process.exit(1);
}

function refuseToStart(faults: readonly string[]): never {
  for (const fault of faults) log.fatal(fault);
  process.exit(1);
}
