import { findTlsFaults } from './kernel/http/server/tls.ts';
import type { LoadedConfig } from './kernel/settings/config.ts';
import { findRoleFault } from './kernel/settings/role.ts';

/**
 * Everything in the settings that prevents a start, one sentence each and all at once: single values, values that
 * contradict each other, the file name pattern and the TLS files. `provePattern` returns the fault of a FILENAME_REGEX,
 * undefined for a valid one.
 */
export async function findStartFaults(
  loaded: LoadedConfig,
  provePattern: (source?: string) => Promise<string | undefined>,
): Promise<string[]> {
  const values = loaded.ok ? loaded.config : loaded.values;
  const role = loaded.ok ? findRoleFault(loaded.config) : undefined;
  const pattern = await provePattern(values.filenameRegex);
  const tls = await findTlsFaults({ cert: values.tlsCert ?? '', key: values.tlsKey ?? '' });
  return [
    ...(loaded.ok ? [] : loaded.faults),
    ...(role ? [role] : []),
    ...(pattern ? [`FILENAME_REGEX: ${pattern}`] : []),
    ...tls,
  ];
}
