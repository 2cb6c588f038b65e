/** The little of the bundled library that the page uses. */
export class View {
  constructor(runtime: unknown, options: { expr: unknown; renderer: "svg"; container: HTMLElement });
  runAsync(): Promise<this>;
  signal(name: string, value: unknown): this;
  data(name: string): readonly Record<string, unknown>[];
  finalize(): this;
}
export function parse(spec: unknown, config?: object, options?: { ast: boolean }): unknown;
export function compile(spec: object): { spec: unknown };
export const expressionInterpreter: unknown;
