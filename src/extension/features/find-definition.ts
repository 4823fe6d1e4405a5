/** The line, counted from 0, that a feature set is declared in; that of all feature sets where it cannot be found. */
export function findDefinition(text: string, name: string): number {
  const lines = text.split(/\r?\n/)
  const start = Math.max(
    0,
    lines.findIndex((line) => declaration.test(line)),
  )
  const isDeclared = (line: string) => {
    const [, key] = /^\s+["']?(.+?)["']?\s*:/.exec(line) ?? []
    return key === name
  }
  const found = lines.findIndex((line, index) => index > start && isDeclared(line))
  return found === -1 ? start : found
}

/** The line below which feature sets are declared. */
export const declaration = /^["']?featureSets["']?\s*:/
