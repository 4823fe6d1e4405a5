import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { runGit } from '../../git/git.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { CodePart } from './code-parts.ts'

const maxListBytes = 64 << 20

/**
 * A thin pack of what a part's tree consists of, less what the target has. Files that have changed since are sent as
 * their difference from one that is there. The stream fails with INVALID_STATE when git does, so that a pack cut short
 * is never taken for a whole one.
 *
 * @param has object names of trees that the target has with all that is in them; those unknown here do not matter
 */
export async function packCode({ root, env, tree }: CodePart, has: readonly string[]): Promise<Readable> {
  const known = await listKnown({ root, env }, has)
  const start = (args: readonly string[]) =>
    spawn('git', [...args], { cwd: root, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
  const list = start(['rev-list', '--objects', '--stdin'])
  const pack = start(['pack-objects', '--stdout', '--delta-base-offset', '--quiet'])
  const output = new PassThrough()
  const fail = (error: Error) => output.destroy(error)
  for (const child of [list, pack]) {
    child.on('error', fail)
    child.stdin.on('error', () => undefined)
  }
  list.stdin.end([tree, ...known.map((each) => `^${each}`), ''].join('\n'))
  // What the target has and we may send a difference from.
  pack.stdin.write(known.map((each) => `-${each}\n`).join(''))
  list.stdout.pipe(pack.stdin, { end: false })
  Promise.all([
    ended(list, 'rev-list').then(() => pack.stdin.end()),
    pipeOut(pack.stdout, output),
    ended(pack, 'pack-objects'),
  ]).then(() => output.end(), fail)
  output.once('close', () => {
    list.kill()
    pack.kill()
  })
  return output
}

function pipeOut(from: Readable, to: PassThrough): Promise<void> {
  from.pipe(to, { end: false })
  return new Promise((resolve, reject) => {
    from.once('end', resolve)
    from.once('error', reject)
  })
}

function ended(child: ChildProcessByStdio<Writable, Readable, Readable>, command: string): Promise<void> {
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new RunwrightError('INVALID_STATE', `git ${command} failed: ${said.trim()}`))
    })
  })
}

/** Those that are here whole; a target may have some from another clone. */
async function listKnown({ root, env }: Pick<CodePart, 'root' | 'env'>, names: readonly string[]): Promise<string[]> {
  const input = names.filter((name) => /^[0-9a-f]{40,64}$/.test(name)).map((name) => `${name}\n`)
  if (input.length === 0) return []
  const args = ['cat-file', '--batch-check=%(objectname) %(objecttype)']
  const output = await runGit(root, env)(args, maxListBytes, Buffer.from(input.join('')))
  const lines = (output?.toString() ?? '').split('\n')
  return lines.filter((line) => line.endsWith(' tree')).map((line) => line.slice(0, -' tree'.length))
}
