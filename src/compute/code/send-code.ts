import type { Readable } from 'node:stream'
import { RunwrightError } from '../../protocol/errors.ts'
import { archiveCode } from './archive-code.ts'
import type { CodePart } from './code-parts.ts'
import { packCode } from './pack-code.ts'
import { nameRepository } from './target-paths.ts'
import {
  checkOutScript,
  listTreesScript,
  type PlacedTree,
  publishScript,
  receivePackScript,
  receiveTarScript,
  removeScript,
  repairScript,
} from './target-scripts.ts'

export interface CodeTarget {
  /** As errors name it. */
  readonly name: string
  /**
   * Runs a program of a POSIX shell there to its end, whatever its exit code. What the input holds goes to the program;
   * when it fails, the program must see an end that comes too early or be ended, and the promise be rejected.
   */
  run(
    program: string,
    input?: Readable,
  ): Promise<{ readonly code: number; readonly stdout: Buffer; readonly stderr: string }>
  /** Where repositories are kept there: absolute, or in the home of the user, as `~/.runwright/code`. */
  readonly store: string
  /** Trees that are there as far as the caller knows, which spares a question. What is sent is added to them. */
  readonly known?: Set<string>
}

export interface SentCode {
  /** Bytes of packs or archives; 0 when the target had all. */
  readonly sentBytes: number
  /** Without git there, all is sent each time. */
  readonly hasGit: boolean
}

/**
 * Puts the code of a job into a folder of a target. Only what the target does not have is sent. The folder appears
 * complete or not at all; where it is there already, from an earlier attempt at this, it stays as it is.
 *
 * @param folder absolute there, or in the home of the user; of one job alone
 * @param host this machine's name, to keep apart repositories of several machines
 * @throws STORAGE_FULL, STORAGE_READ_ONLY, INVALID_STATE with what the target says
 */
export async function sendCode(
  parts: readonly CodePart[],
  folder: string,
  target: CodeTarget,
  host: string,
): Promise<SentCode> {
  const trees = parts.map(({ root, tree, path }): PlacedTree => {
    return { repository: `${target.store}/${nameRepository(root, host)}.git`, tree, path }
  })
  const beside = `${folder}.${crypto.randomUUID()}.part`
  if (await isCheckedOut(trees, folder, beside, target)) return { sentBytes: 0, hasGit: true }
  const lists = await listTrees(target, trees)
  if (lists === undefined) return { sentBytes: await sendArchives(parts, folder, beside, target), hasGit: false }
  const sendPacks = async (has: readonly (readonly string[])[]) => {
    let sentBytes = 0
    for (const [index, part] of parts.entries()) {
      const placed = trees[index]
      const there = has[index] ?? []
      if (placed === undefined || there.includes(part.tree)) continue
      sentBytes += await send(target, receivePackScript(placed), await packCode(part, there))
    }
    await runChecked(target, checkOutScript(trees, folder, beside))
    for (const each of trees) target.known?.add(nameTree(each))
    return { sentBytes, hasGit: true }
  }
  try {
    return await sendPacks(lists)
  } catch (error) {
    if (!(await isRepaired(target, trees, error))) throw error
    return await sendPacks((await listTrees(target, trees)) ?? [])
  }
}

function nameTree({ repository, tree }: PlacedTree): string {
  return `${repository} ${tree}`
}

/** Whether the target still had all trees that it is known to have. */
async function isCheckedOut(
  trees: readonly PlacedTree[],
  folder: string,
  beside: string,
  target: CodeTarget,
): Promise<boolean> {
  const { known } = target
  if (known === undefined || !trees.every((each) => known.has(nameTree(each)))) return false
  try {
    await runChecked(target, checkOutScript(trees, folder, beside))
    return true
  } catch (error) {
    // Somebody has cleaned up there, or it is damaged: then it is asked and sent.
    if (!(error instanceof RunwrightError) || error.code !== 'INVALID_STATE') throw error
    for (const each of trees) known.delete(nameTree(each))
    return false
  }
}

/** Undefined where there is no git. */
async function listTrees(target: CodeTarget, trees: readonly PlacedTree[]): Promise<string[][] | undefined> {
  return parseTrees(await runChecked(target, listTreesScript(trees.map(({ repository }) => repository))))
}

/** Whether it failed because files there are damaged, and these are gone now. */
async function isRepaired(target: CodeTarget, trees: readonly PlacedTree[], error: unknown): Promise<boolean> {
  if (!(error instanceof RunwrightError) || error.code !== 'INVALID_STATE') return false
  return (await runChecked(target, repairScript(trees.map(({ repository }) => repository)))).includes('removed')
}

async function sendArchives(
  parts: readonly CodePart[],
  folder: string,
  beside: string,
  target: CodeTarget,
): Promise<number> {
  const mark = `.runwright-${crypto.randomUUID()}`
  let sentBytes = 0
  try {
    for (const part of parts) {
      const program = receiveTarScript(part.path, folder, beside, mark)
      sentBytes += await send(target, program, await archiveCode(part, mark))
    }
    await runChecked(target, publishScript(folder, beside))
    return sentBytes
  } finally {
    await target.run(removeScript(beside)).catch(() => undefined)
  }
}

async function send(target: CodeTarget, program: string, input: Readable): Promise<number> {
  let sentBytes = 0
  input.on('data', (chunk: Buffer) => (sentBytes += chunk.length))
  // Whoever takes it says when it flows.
  input.pause()
  try {
    await runChecked(target, program, input)
    return sentBytes
  } finally {
    // A target that ended early has left git in the middle of its work.
    input.destroy()
  }
}

async function runChecked(target: CodeTarget, program: string, input?: Readable): Promise<string> {
  const { code, stdout, stderr } = await target.run(program, input)
  if (code !== 0) throw explainFailure(target.name, code, stderr)
  return stdout.toString()
}

function parseTrees(text: string): string[][] | undefined {
  if (text.trim() === 'none') return undefined
  const lists: string[][] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('repository ')) lists.push([])
    else if (line !== '') lists.at(-1)?.push(line)
  }
  return lists
}

function explainFailure(name: string, code: number, stderr: string): RunwrightError {
  const said = stderr.trim().split('\n').at(-1)?.trim() ?? ''
  if (/No space left|Disk quota exceeded/i.test(stderr)) {
    return new RunwrightError('STORAGE_FULL', `There is no space left for the code on ${name}.`, {
      hint: 'Free some in the home folder there, ~/.runwright for instance.',
    })
  }
  if (/Permission denied|Read-only file system/i.test(stderr)) {
    return new RunwrightError('STORAGE_READ_ONLY', `The code cannot be written on ${name}: ${said}`)
  }
  return new RunwrightError('INVALID_STATE', `The code could not be put on ${name}: ${said || `exit code ${code}`}.`)
}
