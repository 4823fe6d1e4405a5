/** What to look for among names: a part of them in any case, or a regular expression. Undefined for one that is none. */
export function createNameFilter(
  pattern: string,
  isRegularExpression: boolean,
): ((name: string) => boolean) | undefined {
  if (!isRegularExpression) {
    const part = pattern.trim().toLowerCase()
    return (name) => name.toLowerCase().includes(part)
  }
  try {
    const expression = new RegExp(pattern, 'iu')
    return (name) => expression.test(name)
  } catch {
    return undefined
  }
}
