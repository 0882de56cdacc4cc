import { findTlsFaults } from './kernel/http/server/tls.ts';
import type { LoadedConfig } from './kernel/settings/config.ts';
import { findRoleFault } from './kernel/settings/role.ts';

/**
 * Everything in the settings that prevents a start, one sentence each and all at once: single values, values that
 * contradict each other, the patterns of names and the TLS files. `provePattern` returns the fault of the pattern in force,
 * undefined for a valid one.
 */
export async function findStartFaults(
  loaded: LoadedConfig,
  provePattern: (naming: {
    fileName?: string;
    path?: string;
    verdictWords?: string;
  }) => Promise<string | undefined>,
): Promise<string[]> {
  const values = loaded.ok ? loaded.config : loaded.values;
  const role = loaded.ok ? findRoleFault(loaded.config) : undefined;
  const { filenameRegex: fileName, pathRegex: path, verdictWords } = values;
  const pattern = await provePattern({ fileName, path, verdictWords });
  const patternEnv = path?.trim() ? 'PATH_REGEX' : 'FILENAME_REGEX';
  const tls = await findTlsFaults({ cert: values.tlsCert ?? '', key: values.tlsKey ?? '' });
  return [
    ...(loaded.ok ? [] : loaded.faults),
    ...(role ? [role] : []),
    ...(pattern ? [`${patternEnv}: ${pattern}`] : []),
    ...tls,
  ];
}
