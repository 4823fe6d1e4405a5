/** An environment without what an editor has set for itself, where it has started the process that has it. */
export function withoutEditorVariables(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name)))
}
