/** A WHERE clause and its parameters, built together: values never become part of the text. */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly texts: string[] = [];

  get text(): string {
    return this.texts.join(' AND ');
  }

  /** `say` is given the place of each value, e.g. `$3`. */
  add(say: (...places: string[]) => string, ...values: readonly unknown[]): void {
    this.texts.push(say(...values.map((value) => this.value(value))));
  }

  also(text: string): void {
    this.texts.push(text);
  }

  /** A parameter outside of the conditions. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
