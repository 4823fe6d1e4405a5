import path from 'node:path'
import { restoreCode, type RestoreTarget } from '../../client/restore-code.ts'
import { loadRunCode } from '../../client/run-code.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { findRun } from '../../client/find-run.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'restore-code',
  summary: 'Restores the code of a run into a new branch or worktree, uncommitted changes included.',
  details: `The branch holds the uncommitted changes as a commit of their own; the worktree has them uncommitted, as the
run had. The working copy, its index and every branch that is there stay as they are. Hooks and filters do not run, so
files of Git LFS are restored as pointers: "git lfs pull" in the worktree fetches them.`,
  example: 'runwright restore-code calm-otter-42 --worktree ../otter',
  options: {
    branch: { type: 'string', short: 'b', value: 'NAME', summary: 'Into this new branch' },
    worktree: { type: 'string', value: 'DIR', summary: 'Into a new worktree in this folder' },
  },
  operands: { usage: 'RUN', min: 1, max: 1 },
  async run(context, { options, operands: [text = ''], json, workspace }) {
    const target = chooseTarget(options, context.cwd)
    await using client = await context.connect(workspace)
    const code = await loadRunCode(client, await findRun(client, text), workspace)
    const restored = await restoreCode(code, target, context.env)
    const { isPatchMissing } = code
    if (json) {
      context.stdout.write(toJson({ ...restored, ...target, isPatchMissing }))
      return
    }
    const where = target.kind === 'branch' ? `branch ${target.name}` : target.folder
    const what = restored.isPatched ? 'with its uncommitted changes' : 'which had no recorded changes'
    context.stdout.write(`Restored the code of run ${code.runName} into ${where}, ${what}.\n`)
    if (isPatchMissing) context.stderr.write(`runwright: ${missingPatchWarning}\n`)
  },
})

const missingPatchWarning =
  'the run had uncommitted changes that were too large to be recorded: only its commit is restored'

function chooseTarget(
  { branch, worktree }: { branch: string | undefined; worktree: string | undefined },
  cwd: string,
): RestoreTarget {
  if (branch !== undefined && worktree === undefined) return { kind: 'branch', name: branch }
  if (worktree !== undefined && branch === undefined) return { kind: 'worktree', folder: path.resolve(cwd, worktree) }
  throw usageError('restore-code', 'Give either --branch NAME or --worktree DIR.')
}
