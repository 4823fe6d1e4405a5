/** What the words of a template may name. */
export const placeholders = [
  'key',
  'id',
  'ids',
  'script',
  'folder',
  'gpus',
  'cpus',
  'nodes',
  'memoryMegabytes',
  'timeMinutes',
] as const
export type Placeholder = (typeof placeholders)[number]

/** Values by placeholder; one without a value takes the word that names it away. A list becomes a word each. */
export type TemplateValues = Readonly<Partial<Record<Placeholder, string | readonly string[]>>>

/**
 * Fills a template in. Words stay words: no value is ever read by a shell, whatever it holds.
 *
 * @param template words with `{key}` and the like in them; `{ids}` stands alone in its word
 */
export function fillTemplate(template: readonly string[], values: TemplateValues): string[] {
  return template.flatMap((word) => {
    const whole = placeholderOf(word)
    const list = whole === undefined ? undefined : values[whole]
    if (typeof list === 'object') return list
    let isComplete = true
    const filled = word.replaceAll(/\{(\w+)\}/g, (text, name: string) => {
      const known = placeholders.find((placeholder) => placeholder === name)
      const value = known === undefined ? text : values[known]
      if (typeof value !== 'string') isComplete = false
      return typeof value === 'string' ? value : ''
    })
    return isComplete ? [filled] : []
  })
}

/** Names in braces that are none of ours, for the person who wrote the template. */
export function listUnknown(template: readonly string[]): string[] {
  const named = template.flatMap((word) => [...word.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ''))
  return named.filter((name) => !placeholders.some((placeholder) => placeholder === name))
}

function placeholderOf(word: string): Placeholder | undefined {
  return placeholders.find((placeholder) => word === `{${placeholder}}`)
}
