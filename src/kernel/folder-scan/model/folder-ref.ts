/** A folder below a watched root, with forward slashes; '' is the root itself. */
export type FolderRef = { rootId: number; path: string };
