import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { createWritingGit, runGit } from '../../git/git.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { CodePart } from './code-parts.ts'

/**
 * A part's files as a tar, for targets without git. Whatever the repository's attributes say, every file is in it, as it
 * was committed.
 *
 * @param mark name of an empty file that comes last, so that whoever unpacks can tell that all has come
 */
export async function archiveCode({ root, env, tree }: CodePart, mark: string): Promise<Readable> {
  const objects = await runGit(root, env)(['rev-parse', '--path-format=absolute', '--git-path', 'objects'])
  if (objects === undefined) throw new RunwrightError('INVALID_STATE', `git cannot read the repository ${root}.`)
  const scratch = await mkdtemp(join(tmpdir(), 'runwright-archive-'))
  const output = new PassThrough()
  output.once('close', () => void rm(scratch, { recursive: true, force: true }))
  try {
    const format = tree.length === 64 ? 'sha256' : 'sha1'
    // A repository of its own, whose attributes come before those in the tree.
    const own = join(scratch, 'repository')
    await createWritingGit(scratch, env)(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, own])
    await mkdir(join(own, 'info'))
    await writeFile(join(own, 'info/attributes'), '* -export-ignore -export-subst -filter -ident\n')
    await writeFile(join(scratch, mark), '')
    const settings = ['-c', 'core.autocrlf=false', '-c', 'core.eol=lf', '-c', 'tar.umask=0022']
    const args = [...settings, 'archive', '--format=tar', `--add-file=${join(scratch, mark)}`, tree]
    const variables = { ...env, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects.toString().trim() }
    const child = spawn('git', args, { cwd: own, env: variables, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.once('error', (error) => output.destroy(error))
    child.stdout.pipe(output, { end: false })
    child.once('close', (code) => {
      if (code === 0) output.end()
      else output.destroy(new RunwrightError('INVALID_STATE', `git archive failed: ${said.trim()}`))
    })
    output.once('close', () => child.kill())
    return output
  } catch (error) {
    output.destroy()
    throw error
  }
}
