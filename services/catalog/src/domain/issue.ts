/**
 * What is wrong in a request, and where.
 *
 * Shape: `path` names the member in the words of the HTTP contract (`['prices', 0, 'name']`),
 *        because that is what the caller wrote and must find again.
 */
export type Path = readonly (string | number)[];

export interface Issue {
  readonly path: Path;
  readonly code: string;
  readonly detail: string;
}

export const issue = (path: Path, code: string, detail: string): Issue => ({ path, code, detail });

/** Something that has its name and place in the contract but comes later: refused, never ignored. */
export const notSupported = (path: Path): Issue =>
  issue(path, 'not_supported', `\`${String(path.at(-1))}\` is not supported in this form yet.`);

export const required = (path: Path, why: string): Issue => issue(path, 'required', why);

/** The same issue, seen from further out. */
export const inside = (path: Path, found: Issue): Issue => ({
  ...found,
  path: [...path, ...found.path],
});
