import { findTlsFaults } from './kernel/http/server/tls.ts';
import type { LoadedConfig } from './kernel/settings/config.ts';
import { findRoleFault } from './kernel/settings/role.ts';

/**
 * Everything about the settings that keeps the program from starting, one sentence each, found together so that nobody
 * starts again for each: the settings themselves, what they mean as one, the file name pattern and the TLS files.
 * `provePattern` answers the fault of a pattern of FILENAME_REGEX.
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
