import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data hooks install',
  summary: 'Has git check data out with code, and push it before commits.',
  details: `Installs the hooks post-checkout, post-merge and pre-push in this clone. Hooks that are there are kept, and run first.
With --merge git also merges folders of data file by file; "runwright data resolve" decides what both branches changed.`,
  example: 'runwright data hooks install --merge',
  options: {
    merge: { type: 'boolean', summary: 'Also a merge driver for .dvc files, in the settings of this clone' },
  },
  async run(context, { options, json, workspace }) {
    const { installHooks, installMergeDriver } = await import('../../data/hooks.ts')
    using data = await openData(context, workspace)
    const hooks = await installHooks(data.repository, context.env, context.program)
    if (options.merge) await installMergeDriver(data.repository, context.env, context.program)
    if (json) return void context.stdout.write(toJson({ hooks, hasMergeDriver: options.merge }))
    for (const { name, isChained } of hooks) {
      context.stdout.write(`Installed ${name}${isChained ? ', after the hook that was there' : ''}.\n`)
    }
    if (options.merge) context.stdout.write('Folders of data are merged file by file.\n')
  },
})
