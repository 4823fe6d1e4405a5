/** Fields of the manifest that a user reads. */
const textFields = new Set([
  'title',
  'name',
  'contextualTitle',
  'contents',
  'displayName',
  'userDescription',
  'description',
  'markdownDescription',
  'altText',
  'label',
])

/** What a language model is told is in English, and the name of a tool or of a problem matcher is its id. */
const notForUsers = /(^|\.)(languageModelTools\.[^.]+\.(name|inputSchema)|problemMatchers\.[^.]+\.name)(\.|$)/

/** Names are the same in every language. */
const names = new Set(['Runwright'])

export interface LocalizedManifest<Manifest> {
  /** With `%key%` in the place of each text, for which VS Code looks into `package.nls.json`. */
  readonly manifest: Manifest
  /** The texts by their keys. */
  readonly texts: Readonly<Record<string, string>>
}

/** Takes the texts out of parts of the manifest. Keys are paths; what has an id goes by that, the rest by its place. */
export function takeTexts(manifest: object): LocalizedManifest<object> {
  const texts: Record<string, string> = {}
  const take = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === 'string') {
      const key = path.join('.')
      if (!textFields.has(path.at(-1) ?? '') || names.has(value) || notForUsers.test(key)) return value
      if (key in texts) throw new TypeError(`Two texts have the key ${key}.`)
      texts[key] = value
      return `%${key}%`
    }
    if (Array.isArray(value)) return value.map((item, index) => take(item, [...path, identify(item) ?? String(index)]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, take(item, [...path, key])]))
  }
  return { manifest: Object(take(manifest, [])), texts }
}

function identify(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const [id] = ['id', 'command', 'toolReferenceName'].flatMap(
    (field) => Object.entries(item).find(([key]) => key === field)?.[1] ?? [],
  )
  return typeof id === 'string' ? id.replace(/^runwright\./, '') : undefined
}
