import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { Module, Reference } from './modules.ts'

/** What the rules need to know of the house. */
export interface House {
  /** For every room, the rooms it may import; its own files it always may. */
  readonly layers: Readonly<Record<string, readonly string[]>>
  /** Rooms about the work itself: they know neither HTTP nor VS Code. */
  readonly features: readonly string[]
  /** Features that speak to processes of their own over sockets of the loopback. */
  readonly withSockets: readonly string[]
  /** Rooms that run anywhere, hence import nothing of Node. */
  readonly withoutNode: readonly string[]
  /** Rooms whose sub-folders are part of their front. */
  readonly openSubfolders: readonly string[]
  /** Words that say nothing of what a file does. */
  readonly emptyWords: readonly string[]
  readonly maxLines: number
}

/** Looks at every module and says in a sentence each what breaks the rule. */
export type Rule = (modules: readonly Module[], house: House) => string[]

/** Applies `judge` to every import of every module. */
function forEachImport(judge: (module: Module, reference: Reference, house: House) => string | undefined): Rule {
  return (modules, house) =>
    modules.flatMap((module) =>
      module.references.flatMap((reference) => {
        const complaint = judge(module, reference, house)
        return complaint === undefined ? [] : [`${module.path} imports ${reference.specifier}: ${complaint}`]
      }),
    )
}

/** The room that a path lies in, whether or not the file is there. */
function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'src' ? second : first
}

/** Where a process learns its own version; bundling writes it in. */
const manifest = 'package.json'

/** Tests may import any room, to try their own on the real thing. */
export const roomsKeepToTheirLayers = forEachImport((module, { target }, { layers }) => {
  if (module.isTest || target === undefined || target === manifest) return undefined
  const room = roomOf(target)
  const allowed = Object.hasOwn(layers, module.room) ? layers[module.room] : undefined
  if (room === module.room || allowed?.includes(room) === true) return undefined
  return `${module.room} may import ${allowed === undefined || allowed.length === 0 ? 'no other room' : allowed.join(', ')}`
})

export const everyFileHasARoom: Rule = (modules, { layers }) =>
  modules
    .filter(({ room }) => !Object.hasOwn(layers, room))
    .map(({ path }) => `${path}: no such room in the table of layers`)

export const subfoldersArePrivate = forEachImport((module, { target }, { openSubfolders }) => {
  if (module.isTest || target === undefined) return undefined
  const room = roomOf(target)
  const depth = target.split('/').length - (target.startsWith('src/') ? 2 : 1)
  if (room === module.room || depth < 2 || openSubfolders.includes(room)) return undefined
  return `the sub-folders of ${room} are its own`
})

export const onlyTheExtensionImportsVscode = forEachImport(({ room }, { specifier, typeOnly }, { features }) => {
  if (specifier !== 'vscode' || room === 'extension') return undefined
  if (features.includes(room)) return 'a feature knows nothing of VS Code, not even its types'
  return typeOnly ? undefined : 'only the extension runs inside VS Code'
})

const httpModules = new Set(['http', 'https', 'http2', 'net', 'tls'])

export const featuresKnowNoHttp = forEachImport(({ room, isTest }, { specifier }, { features, withSockets }) => {
  const name = specifier.replace(/^node:/, '')
  if (isTest || !features.includes(room) || !httpModules.has(name)) return undefined
  if (name === 'net' && withSockets.includes(room)) return undefined
  return 'a feature knows nothing of HTTP'
})

export const someRoomsDoWithoutNode = forEachImport(({ room, isTest }, { specifier }, { withoutNode }) => {
  if (isTest || !withoutNode.includes(room) || !isBuiltin(specifier)) return undefined
  return `${room} runs where there is no Node`
})

export const thereAreNoBarrels: Rule = (modules) => [
  ...modules
    .filter(({ path }) => posix.basename(path).startsWith('index.'))
    .map(({ path }) => `${path}: name it after what it does`),
  ...modules.flatMap(({ path, references }) =>
    references
      .filter(({ everything }) => everything)
      .map(({ specifier }) => `${path} exports all of ${specifier}: import from there instead`),
  ),
]

export const namesSayWhatAFileDoes: Rule = (modules, { emptyWords }) =>
  modules.flatMap(({ path }) => {
    const name = posix.basename(path).replace(/(\.test|\.d)?\.\w+$/, '')
    const folders = posix.dirname(path).split('/').slice(2)
    const word = [name, ...folders].flatMap((part) => part.split('-')).find((part) => emptyWords.includes(part))
    if (word !== undefined) return [`${path}: "${word}" says nothing of what it does`]
    return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [`${path}: file names are in kebab-case`]
  })

export const filesAreShort: Rule = (modules, { maxLines }) =>
  modules
    .filter(({ lineCount }) => lineCount > maxLines)
    .map(({ path, lineCount }) => `${path}: ${lineCount} lines, at most ${maxLines} are read with pleasure`)

/** Types count: a cycle of types is still two files that can only be understood together. */
export const importsHaveNoCycles: Rule = (modules) => {
  const byPath = new Map(modules.map((module) => [module.path, module]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const { target } of byPath.get(path)?.references ?? []) {
      if (target !== undefined) visit(target, [...trail, path])
    }
    done.add(path)
  }
  for (const { path } of modules) visit(path, [])
  return cycles
}
