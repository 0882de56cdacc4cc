/** What the partials of a plant's pages are given. */
export const resourceSamples: Record<string, object[]> = {
  'resources/_tabs': [{ current: 'lines' }, { current: 'file' }],
  'resources/_fault': [
    { refused: null, rowId: 0, section: 'lines' },
    { refused: { fault: 'taken', rowId: 3, typed: { name: 'A' } }, rowId: 3, section: 'lines' },
    { refused: { fault: 'taken', rowId: 3, typed: { name: 'A' } }, rowId: 4, section: 'lines' },
  ],
};
