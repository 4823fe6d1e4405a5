import { posix } from 'node:path'
import { parseImports } from './imports.ts'
import type { ModuleReference } from './imports.ts'

/** Sources by their path from the repository's root, with `/` between components. */
export type Sources = ReadonlyMap<string, string>

export interface Reference extends ModuleReference {
  /** The file a relative specifier leads to; undefined for a package. */
  readonly target: string | undefined
}

export interface Module {
  readonly path: string
  /** `store` for `src/store/…`, `webviews` for `webviews/…`, `''` for a file outside every room. */
  readonly room: string
  /** It lies in a sub-folder of its room. */
  readonly nested: boolean
  readonly isTest: boolean
  readonly lineCount: number
  readonly references: readonly Reference[]
}

/** @throws {SyntaxError} naming the file, when one cannot be read as TypeScript */
export function parseModules(sources: Sources): Module[] {
  return Array.from(sources, ([path, source]) => parseModule(path, source))
}

function parseModule(path: string, source: string): Module {
  const { room, inRoom } = findRoom(path)
  return {
    path,
    room,
    nested: inRoom.length > 1,
    isTest: /\.test\.tsx?$/.test(path),
    lineCount: source.trimEnd().split('\n').length,
    references: readImports(path, source).map((reference) => ({ ...reference, target: findTarget(path, reference) })),
  }
}

function findRoom(path: string): { room: string; inRoom: string[] } {
  const [first = '', ...rest] = path.split('/')
  if (first === 'src' && rest.length > 1) return { room: rest[0] ?? '', inRoom: rest.slice(1) }
  return { room: first === 'src' ? '' : first, inRoom: rest }
}

function readImports(path: string, source: string): ModuleReference[] {
  try {
    return parseImports(source)
  } catch (cause) {
    throw new SyntaxError(`${path}: ${String(cause)}`, { cause })
  }
}

function findTarget(path: string, { specifier }: ModuleReference): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined
}
