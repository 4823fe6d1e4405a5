import { posix } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { type CodeFiles, foldersUpwards, resolveInCode } from './code-files.ts'
import { readRequirements } from './requirements.ts'

/** With what an environment is built. */
export type LockKind = 'uv' | 'requirements' | 'conda' | 'npm'

/** A file of the code that pins what a command needs. */
export interface Lock {
  readonly kind: LockKind
  /** Relative to the root of the code, as all paths here. */
  readonly path: string
  /** All that makes a difference to what is built, in an order that stays. */
  readonly contents: readonly string[]
  /** Requirements as one text, for pip and uv. */
  readonly requirements?: string
  /** Files to copy beside a lock of npm, relative to its folder. */
  readonly copies: readonly string[]
  /** Folders with modules of the project itself. */
  readonly modules: readonly string[]
}

/** Whether a file of that name may be a lock; only its folder tells whether it is the one that is meant. */
export function isLockName(name: string): boolean {
  return /^(uv\.lock|requirements[\w.-]*\.txt|environment\.ya?ml|(npm-shrinkwrap|package-lock)\.json)$/.test(name)
}

/**
 * The locks that hold for a command: of the nearest folder that has any, for Python and for npm each. Where several
 * could build the same, the one to be tried first comes first.
 *
 * @param workingDirectory where the command runs, relative to the root of the code
 * @throws INVALID_STATE when it is not clear which one is meant, or one names files that are not in the code
 */
export async function findLocks(files: CodeFiles, workingDirectory: string): Promise<readonly Lock[]> {
  const folders = foldersUpwards(workingDirectory)
  const [python, npm] = await Promise.all([
    findNearest(folders, (folder) => findPythonLocks(files, folder)),
    findNearest(folders, (folder) => findNpmLocks(files, folder)),
  ])
  return [...python, ...npm]
}

async function findNearest(
  folders: readonly string[],
  find: (folder: string) => Promise<readonly Lock[]>,
): Promise<readonly Lock[]> {
  for (const folder of folders) {
    const found = await find(folder)
    if (found.length > 0) return found
  }
  return []
}

async function findPythonLocks(files: CodeFiles, folder: string): Promise<readonly Lock[]> {
  const names = await files.list(folder)
  const locks: Lock[] = []
  if (names.includes('uv.lock')) locks.push(await readUvLock(files, folder))
  const requirements = names.filter((name) => /^requirements[\w.-]*\.txt$/.test(name))
  const chosen = requirements.find((name) => name === 'requirements.txt') ?? requirements[0]
  const conda = names.find((name) => name === 'environment.yml' || name === 'environment.yaml')
  const isClear = requirements.length === 1 || chosen === 'requirements.txt'
  if (chosen !== undefined && isClear) locks.push(await readRequirementsLock(files, posix.join(folder, chosen)))
  if (conda !== undefined) locks.push(await readCondaLock(files, posix.join(folder, conda)))
  if (locks.length === 0 && chosen !== undefined) {
    throw new RunwrightError('INVALID_STATE', `Which environment is meant? There are ${requirements.join(', ')}.`, {
      hint: 'Add a requirements.txt that includes the right one: “-r requirements-….txt”.',
    })
  }
  return locks
}

async function readUvLock(files: CodeFiles, folder: string): Promise<Lock> {
  const path = posix.join(folder, 'uv.lock')
  const text = (await files.read(path)) ?? ''
  const project = (await files.read(posix.join(folder, 'pyproject.toml'))) ?? ''
  const sources = [...text.matchAll(/\b(editable|virtual|path|directory) = "([^"]+)"/g)]
  const placed = sources.map(([, kind = '', source = '']) => ({ kind, path: resolveInCode(folder, source) }))
  // Members of the workspace are not installed; what else lies in the code is built from it.
  const isMember = ({ kind }: { kind: string }) => kind === 'editable' || kind === 'virtual'
  const built = await Promise.all(placed.filter((each) => !isMember(each)).map((each) => identifyIn(files, each.path)))
  const members = placed.filter(isMember).map((each) => each.path)
  return {
    kind: 'uv',
    path,
    contents: [text, project, ...built],
    copies: [],
    modules: await findModules(files, [folder, ...members.filter((member) => member !== undefined)]),
  }
}

async function readRequirementsLock(files: CodeFiles, path: string): Promise<Lock> {
  const { text, named, editable } = await readRequirements(files, path)
  return {
    kind: 'requirements',
    path,
    contents: [text, ...[...named].toSorted(([a], [b]) => (a < b ? -1 : 1)).flat()],
    requirements: text,
    copies: [],
    modules: await findModules(files, editable),
  }
}

async function readCondaLock(files: CodeFiles, path: string): Promise<Lock> {
  const text = (await files.read(path)) ?? ''
  const included = [...text.matchAll(/-\s+(?:-r|--requirement|-c)[\s=]+(\S+)/g)].map(([, name = '']) => name)
  const requirements = await Promise.all(
    included.map(async (name) => {
      const inCode = resolveInCode(posix.dirname(path), name)
      if (inCode === undefined) return [name]
      const { text: inner, named } = await readRequirements(files, inCode)
      return [inner, ...[...named].flat()]
    }),
  )
  return { kind: 'conda', path, contents: [text, ...requirements.flat()], copies: [], modules: [] }
}

async function findNpmLocks(files: CodeFiles, folder: string): Promise<readonly Lock[]> {
  const names = await files.list(folder)
  const name = ['npm-shrinkwrap.json', 'package-lock.json'].find((each) => names.includes(each))
  if (name === undefined || !names.includes('package.json')) return []
  const path = posix.join(folder, name)
  const text = (await files.read(path)) ?? ''
  if (/"link":\s*true/.test(text)) {
    throw new RunwrightError(
      'INVALID_STATE',
      `${path} names packages by their folders, which cannot be built once for all.`,
      {
        hint: 'Pack them with “npm pack” and depend on the file, or publish them.',
      },
    )
  }
  const archives = [...text.matchAll(/"resolved":\s*"file:([^"]+)"/g)].map(([, file = '']) => file)
  const copies = [...new Set([...['package.json', name, '.npmrc'].filter((each) => names.includes(each)), ...archives])]
  const contents = await Promise.all(copies.map((copy) => identifyIn(files, resolveInCode(folder, copy))))
  const outside = copies.find((_, index) => contents[index] === '')
  if (outside !== undefined) {
    throw new RunwrightError('INVALID_STATE', `${path} names ${outside}, which is not in the code.`)
  }
  return [{ kind: 'npm', path, contents, copies, modules: [] }]
}

async function identifyIn(files: CodeFiles, path: string | undefined): Promise<string> {
  return path === undefined ? '' : ((await files.identify(path)) ?? '')
}

/** Where Python finds a project's modules: in its `src`, where it has one. */
async function findModules(files: CodeFiles, projects: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    [...new Set(projects)].map(async (project) => {
      const hasSource = (await files.list(project)).includes('src')
      return hasSource ? posix.join(project, 'src') : project
    }),
  )
  return found.map((path) => (path === '.' ? '' : path))
}
