/** The product models that can be drawn. */
export const drawnParts = ['OR-3CT', 'OR-2CT', 'HX-1'] as const;
export type DrawnPart = (typeof drawnParts)[number];

/** What may be wrong with a unit. `missing` is a component, a ball or a pin that is not there. */
export const defectKinds = ['crack', 'dent', 'scratch', 'stain', 'missing'] as const;
export type DefectKind = (typeof defectKinds)[number];
