export type * from './fact';
export * from './generated';
export * from './ids';
export * from './instant';
export * from './upcast';
export * from './validate';
