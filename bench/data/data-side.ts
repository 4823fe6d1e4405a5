import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { changeOnePercent, copyData, discard } from './data-sets.ts'
import { type Cost, measureCommand } from './measured-command.ts'

/** A program that versions data, and how it is asked. */
export interface DataTool {
  readonly name: string
  add(path: string): readonly string[]
  readonly status: readonly string[]
  readonly checkout: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What it keeps beside the cache, from the repository's root. */
  readonly remembered: string
}

export interface DataSources {
  readonly many: string
  readonly manyCount: number
  readonly big: string
}

export interface DataCosts {
  readonly addMany: Cost
  readonly addLinked: Cost
  readonly addBig: Cost
  /** With the many files alone. */
  readonly statusCold: Cost
  /** With the big file beside them. */
  readonly statusColdAll: Cost
  readonly statusWarm: Cost
  readonly addChanged: Cost
  readonly checkoutChanged: Cost
}

/** Measures a tool once, in repositories of its own below a folder. */
export async function measureTool(tool: DataTool, folder: string, sources: DataSources): Promise<DataCosts> {
  const run = (root: string, command: readonly string[]) => measureCommand(root, command, tool.env)
  const trash = join(folder, 'discarded')
  const plain = createRepository(folder, `${tool.name}-plain`, tool, '')
  copyData(sources.many, join(plain, 'data'))
  await settle()
  const addMany = await run(plain, tool.add('data'))
  await run(plain, tool.status)
  const statusWarm = await run(plain, tool.status)
  copyFileSync(join(plain, 'data.dvc'), join(plain, 'before'))
  changeOnePercent(join(plain, 'data'), sources.manyCount)
  await settle()
  const addChanged = await run(plain, tool.add('data'))
  copyFileSync(join(plain, 'before'), join(plain, 'data.dvc'))
  const checkoutChanged = await run(plain, tool.checkout)
  const forget = () => rmSync(join(plain, tool.remembered), { recursive: true, force: true })
  forget()
  const statusCold = await run(plain, tool.status)
  copyData(sources.big, join(plain, 'big'))
  await settle()
  const addBig = await run(plain, tool.add('big'))
  forget()
  const statusColdAll = await run(plain, tool.status)
  discard(plain, trash)

  const linked = createRepository(folder, `${tool.name}-linked`, tool, 'hardlink')
  copyData(sources.many, join(linked, 'data'))
  await settle()
  const addLinked = await run(linked, tool.add('data'))
  discard(linked, trash)
  return { addMany, addLinked, addBig, statusCold, statusColdAll, statusWarm, addChanged, checkoutChanged }
}

/** What was written before is on the disk, so that nobody pays for another's writing. */
async function settle(): Promise<void> {
  await measureCommand('/', ['sync'])
}

function createRepository(folder: string, name: string, { env }: DataTool, linkType: string): string {
  const root = join(folder, name)
  mkdirSync(root)
  execFileSync('git', ['init', '--quiet', root])
  const dvc = (...args: string[]) =>
    execFileSync(env['RUNWRIGHT_BENCH_DVC'] ?? '', args, { cwd: root, env: { ...process.env, ...env } })
  dvc('init', '--quiet')
  if (linkType !== '') dvc('config', 'cache.type', linkType)
  return root
}

/** What copying and hashing alone take: `cp` and `openssl sha256`. */
export async function measureLimit(folder: string, source: string): Promise<Cost> {
  const copy = join(folder, 'limit')
  const script = 'cp -r --reflink=never "$0" "$1" && find "$0" -type f -print0 | xargs -0 openssl sha256'
  const cost = await measureCommand(folder, ['sh', '-c', script, source, copy])
  discard(copy, join(folder, 'discarded'))
  await settle()
  return cost
}

/** `git status` of the same files, all committed. */
export async function measureGitStatus(repository: string): Promise<Cost> {
  await measureCommand(repository, ['git', 'status'])
  return measureCommand(repository, ['git', 'status'])
}

export function createGitRepository(folder: string, { many }: DataSources): string {
  const root = join(folder, 'git-only')
  execFileSync('git', ['init', '--quiet', root])
  copyData(many, join(root, 'data'))
  execFileSync('git', ['add', 'data'], { cwd: root })
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
  execFileSync('git', [...identity, 'commit', '--quiet', '-m', 'Data'], { cwd: root })
  return root
}
