import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import type { ServerNameQueries } from '../../schema/known-names.ts';

/** How a scanner thread asks a database server for the names of a folder's images. */
export const serverNames: ServerNameQueries = {
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
