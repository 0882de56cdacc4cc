import { createApp } from './app.ts';
import { proveNamePattern } from './inspections/prove-name-pattern.ts';
import { systemClock } from './kernel/clock.ts';
import { loadConfig } from './kernel/config.ts';
import { AppError } from './kernel/errors.ts';
import { originOf } from './kernel/http/listeners.ts';
import { createLifecycle, stopOnSignals } from './kernel/lifecycle.ts';
import { createLog } from './kernel/log.ts';
import { dutiesOf, findRoleFault } from './kernel/role.ts';
import { createServices } from './services.ts';

/** Supervisors give 10 s between SIGTERM and SIGKILL. */
const stopDeadlineMs = 8_000;
const requestGraceMs = 3_000;

const loaded = loadConfig({ env: process.env });
const log = createLog({
  level: loaded.ok ? loaded.config.logLevel : 'info',
  pretty: process.stdout.isTTY === true,
});
for (const warning of loaded.warnings) log.warn(warning);
if (!loaded.ok) refuseToStart(loaded.faults);
const { config, warnings } = loaded;
const lifecycle = createLifecycle({ log, deadlineMs: stopDeadlineMs });
stopOnSignals(lifecycle, log);
const roleFault = findRoleFault(config);
if (roleFault) refuseToStart([roleFault]);
const patternFault = await proveNamePattern(config.filenameRegex);
if (patternFault) refuseToStart([`FILENAME_REGEX: ${patternFault}`]);
try {
  const services = await createServices({ config, warnings, log, clock: systemClock });
  lifecycle.onStop('services', services.stop);
  const { listeners } = services;
  await listeners.start(createApp(services).fetch);
  lifecycle.onStop('listeners', () => listeners.stop({ graceMs: requestGraceMs }));
  const origin = originOf(listeners.list(), services.tls?.status().names);
  if (dutiesOf(config.role).servesPages) await services.access.setUp.announce(origin);
  await services.start();
  if (config.role === 'cameras')
    log.warn(
      'ROLE=cameras has nothing to do: this version has no cameras. Only /health and /metrics are answered.',
    );
  log.info(
    { listeners: listeners.list(), role: config.role, watchDir: services.places.watchDir },
    `Linesight is at ${origin}/`,
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
