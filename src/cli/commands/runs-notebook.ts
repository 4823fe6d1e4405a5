import { resolve } from 'node:path'
import { findRun } from '../../client/find-run.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { parseNotebook } from '../../protocol/notebook-file.ts'
import { findTag } from '../../protocol/runs.ts'
import { artifactPaths, tagNames } from '../../protocol/tag-names.ts'
import { defineCliCommand } from '../command.ts'
import { toJson } from '../text.ts'
import { writeWhole } from '../write-whole.ts'

/** It is bounded to less where it is kept. */
const mostBytes = 32 << 20

export default defineCliCommand({
  name: 'runs notebook',
  summary: 'Gives the notebook of a run as it was when its cell ended.',
  details: `A cell that %%track made a run knows all that its kernel had run until then, in that order, with its outputs. Without
--out it is printed.`,
  example: 'runwright runs notebook calm-otter-42 --out then.ipynb',
  options: {
    out: { type: 'string', short: 'o', value: 'FILE', summary: 'Write it there; a file that is there is replaced' },
  },
  operands: { usage: 'RUN', min: 1, max: 1 },
  async run(context, { options, operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const runId = await findRun(client, text)
    const { run } = await client.call('runs/get', { runId })
    const { entries } = await client.call('artifacts/list', { runId, path: 'notebook' })
    if (!entries.some(({ path }) => path === artifactPaths.notebook)) {
      throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Run "${run.name}" has no notebook.`, {
        hint: 'A cell that begins with %%track keeps it, in a kernel that Runwright has started on this machine.',
      })
    }
    const asked = { runId, path: artifactPaths.notebook, maxBytes: mostBytes }
    const { bytes } = await client.call('artifacts/read', asked)
    const content = new TextDecoder().decode(bytes)
    if (options.out !== undefined) await writeWhole(resolve(context.cwd, options.out), content)
    if (json) {
      const notebook = parseNotebook(content, artifactPaths.notebook)
      const file = options.out === undefined ? {} : { file: options.out }
      context.stdout.write(toJson({ runId, path: findTag(run, tagNames.notebook) ?? null, ...file, notebook }))
    } else if (options.out === undefined) context.stdout.write(content)
    else context.stdout.write(`Wrote ${options.out}\n`)
  },
})
