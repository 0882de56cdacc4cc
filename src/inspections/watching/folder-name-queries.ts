import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import type { ServerNameQueries } from '../../schema/known-names.ts';

/** The queries by which a scanner thread reads the known names of a folder's images from a database server. */
export const folderNameQueries: ServerNameQueries = {
  ownerId: async (read, { directories }, { rootId, path }) => {
    const [folder] = await read
      .select({ id: directories.id })
      .from(directories)
      .where(and(eq(directories.rootId, rootId), eq(directories.path, path)));
    return folder?.id;
  },
  names: (read, { inspections }, { id, last, limit }) =>
    read
      .select({ name: inspections.name })
      .from(inspections)
      .where(
        and(
          eq(inspections.directoryId, id),
          isNull(inspections.missingAt),
          last === undefined ? undefined : gt(inspections.name, last),
        ),
      )
      .orderBy(asc(inspections.name))
      .limit(limit),
};
