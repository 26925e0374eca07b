/** RFC 6901: `['a', 0, 'b/c']` as `/a/0/b~1c`. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
