import { globSync } from 'node:fs'

/** Tests that run together, and how many files at a time; two cores are the machine that is planned for. */
export interface TestGroup {
  readonly name: string
  /** Files below these folders; a group without folders takes all that no other group takes. */
  readonly folders: readonly string[]
  readonly concurrency: number
}

/** In the order they run: the quick ones first. */
export const testGroups: readonly TestGroup[] = [
  { name: 'unit', folders: [], concurrency: 2 },
  { name: 'integration', folders: ['test/integration/', 'test/contract/'], concurrency: 2 },
  // One VS Code, or one browser, fills both cores, and its tests measure time.
  { name: 'vscode', folders: ['test/vscode/', 'test/webviews/', 'test/jupyterlab/'], concurrency: 1 },
]

/** Every test file of the repository, relative to its root, sorted. */
export function listTestFiles(rootFolder: string): string[] {
  return globSync('{src,webviews,scripts,test,bench,sample-workspace}/**/*.test.{ts,mjs}', {
    cwd: rootFolder,
    exclude: (path) => path.split('/').some((part) => part === 'node_modules' || part === '.venv'),
  }).sort()
}

/** The files that the words of a command line name: a group's name, or a piece of the path. No words: all of them. */
export function selectTestFiles(files: readonly string[], words: readonly string[]): string[] {
  if (words.length === 0) return [...files]
  return files.filter((file) => words.some((word) => groupOf(file).name === word || file.includes(word)))
}

/** The groups that have files, each with its own. */
export function groupTestFiles(files: readonly string[]): { group: TestGroup; files: string[] }[] {
  return testGroups
    .map((group) => ({ group, files: files.filter((file) => groupOf(file) === group) }))
    .filter(({ files }) => files.length > 0)
}

function groupOf(file: string): TestGroup {
  const [rest, ...placed] = testGroups
  const group = placed.find(({ folders }) => folders.some((folder) => file.startsWith(folder))) ?? rest
  if (group === undefined) throw new Error('There are no test groups.')
  return group
}
