import { createApp } from './app.ts';
import { proveNamePattern } from './inspections/names/prove-name-pattern.ts';
import { AppError } from './kernel/errors.ts';
import { originOf } from './kernel/http/server/listeners.ts';
import { createLifecycle, stopOnSignals } from './kernel/jobs/lifecycle.ts';
import { createLog } from './kernel/log.ts';
import { loadConfig } from './kernel/settings/config.ts';
import { dutiesOf } from './kernel/settings/role.ts';
import { systemClock } from './kernel/time/clock.ts';
import { createServices } from './services.ts';
import { findStartFaults } from './start-faults.ts';

/** Supervisors give 10 s between SIGTERM and SIGKILL. */
const stopDeadlineMs = 8_000;
const requestGraceMs = 3_000;

const loaded = loadConfig({ env: process.env });
const log = createLog({
  level: loaded.ok ? loaded.config.logLevel : 'info',
  pretty: process.stdout.isTTY === true,
});
for (const warning of loaded.warnings) log.warn(warning);
const faults = await findStartFaults(loaded, proveNamePattern);
if (!loaded.ok || faults.length > 0) refuseToStart(faults);
const { config, warnings } = loaded;
const lifecycle = createLifecycle({ log, deadlineMs: stopDeadlineMs });
stopOnSignals(lifecycle, log);
try {
  const services = await createServices({ config, warnings, log, clock: systemClock });
  lifecycle.onStop('services', services.stop);
  const { listeners } = services;
  await listeners.start(createApp(services).fetch);
  lifecycle.onStop('listeners', () => listeners.stop({ graceMs: requestGraceMs }));
  const origin = originOf(listeners.list(), services.tls?.status().names);
  if (dutiesOf(config.role).servesPages)
    await services.access.setUp.announce(origin, { isTerminal: process.stdout.isTTY === true });
  await services.start();
  if (config.role === 'cameras')
    log.warn(
      'ROLE=cameras has nothing to do: this version has no cameras. Only /health and /metrics are answered.',
    );
  log.info(
    { listeners: listeners.list(), role: config.role, watchDirs: services.paths.watchDirs },
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
