import { RunwrightError } from '../protocol/errors.ts'

/**
 * DVC's settings: sections as `core`, `cache`, `remote "NAME"`, each with its options. Names of sections and options are
 * in lower case but for the name of a remote.
 */
export type DvcConfig = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Far above what a person writes. */
const maxCharacters = 1 << 20

/**
 * Reads a file as Python's configobj writes it for DVC.
 *
 * @param where its path, for errors
 * @throws INVALID_PARAMETER_VALUE naming the line that is neither a section, an option nor a comment
 * @see https://dvc.org/doc/user-guide/project-structure/configuration
 */
export function parseDvcConfig(text: string, where: string): DvcConfig {
  if (text.length > maxCharacters) throw invalid(where, 1, 'is too long')
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || /^[#;]/.test(trimmed)) continue
    const title = /^\[(.*)\](?:\s*[#;].*)?$/.exec(trimmed)?.[1]
    if (title !== undefined) {
      const name = sectionName(unquote(title.trim()))
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
      continue
    }
    const [, key, value] = /^([^=]+?)\s*=\s*(.*)$/.exec(trimmed) ?? []
    if (section === undefined || key === undefined || value === undefined) {
      throw invalid(where, index + 1, 'is neither a section nor an option')
    }
    section.set(key.toLowerCase(), unquote(value.replace(/\s+#.*$/, '')))
  }
  return sections
}

/** What stands later wins, option by option. */
export function mergeDvcConfigs(configs: readonly DvcConfig[]): DvcConfig {
  const merged = new Map<string, Map<string, string>>()
  for (const config of configs) {
    for (const [name, options] of config) merged.set(name, new Map([...(merged.get(name) ?? []), ...options]))
  }
  return merged
}

export function remoteSection(name: string): string {
  return `remote "${name}"`
}

export function listRemoteNames(config: DvcConfig): readonly string[] {
  return [...config.keys()].flatMap((section) => /^remote "(.*)"$/.exec(section)?.[1] ?? [])
}

/**
 * The text with an option set; all else, comments included, stays. As DVC writes it: a title with quotes in single
 * quotes, options indented by four spaces, values quoted where they hold what means something else.
 */
export function setDvcOption(text: string, section: string, key: string, value: string | undefined): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const isTitle = (line: string) => /^\s*\[.*\]\s*([#;].*)?$/.test(line)
  const titleOf = (line: string) => sectionName(unquote(line.trim().replace(/^\[/, '').replace(/\].*$/, '').trim()))
  const start = lines.findIndex((line) => isTitle(line) && titleOf(line) === section)
  const option = `    ${key} = ${value === undefined ? '' : quote(value)}`
  if (start === -1) {
    if (value === undefined) return text
    const title = section.includes('"') ? `['${section}']` : `[${section}]`
    return [...lines, title, option, ''].join('\n')
  }
  const next = lines.findIndex((line, index) => index > start && isTitle(line))
  const end = next === -1 ? lines.length : next
  const at = lines.findIndex(
    (line, index) => index > start && index < end && line.split('=')[0]?.trim().toLowerCase() === key,
  )
  if (at !== -1) lines.splice(at, 1, ...(value === undefined ? [] : [option]))
  else if (value !== undefined) lines.splice(end, 0, option)
  return [...lines, ''].join('\n')
}

/** The text without a section and all that is in it. */
export function removeDvcSection(text: string, section: string): string {
  const kept: string[] = []
  let isGone = false
  for (const line of text.split('\n')) {
    const title = /^\s*\[(.*)\]/.exec(line)?.[1]
    if (title !== undefined) isGone = sectionName(unquote(title.trim())) === section
    if (!isGone) kept.push(line)
  }
  const rest = kept.join('\n')
  return rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`
}

function sectionName(title: string): string {
  const remote = /^remote\s+"(.*)"$/i.exec(title)?.[1]
  return remote === undefined ? title.toLowerCase() : remoteSection(remote)
}

function unquote(text: string): string {
  return /^(['"])(.*)\1$/.exec(text)?.[2] ?? text
}

function quote(value: string): string {
  if (!/[,#'"]|^\s|\s$|^$/.test(value)) return value
  return value.includes('"') ? `'${value}'` : `"${value}"`
}

function invalid(where: string, line: number, problem: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${where}, line ${line}, ${problem}.`, {
    hint: '"dvc config --list", or the documentation of DVC, shows what belongs there.',
  })
}
