import { dataFolder } from '../open-data.ts'
import { defineCliCommand } from '../command.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'init',
  summary: 'Makes a repository for data of a git repository, as "dvc init" does.',
  details: `Writes .dvc/config, .dvc/.gitignore and .dvcignore, byte for byte as DVC does. Git's index stays as it is: add the
files yourself when you commit them.`,
  example: 'runwright init',
  options: {
    'no-scm': { type: 'boolean', summary: 'Outside of git; there is then one version of everything' },
    subdir: { type: 'boolean', summary: 'In a folder inside a git repository, for data of its own' },
  },
  async run(context, { options, json, workspace }) {
    const { initRepository } = await import('../../data/init.ts')
    const folder = dataFolder(context, workspace)
    const files = await initRepository({
      folder,
      env: context.env,
      isWithoutGit: options['no-scm'],
      isSubfolder: options.subdir,
    })
    if (json) return void context.stdout.write(toJson({ folder, files }))
    const next = options['no-scm'] ? '' : `Commit it with git: git add ${files.join(' ')}\n`
    context.stdout.write(`Made a repository for data in ${folder}.\n${next}`)
  },
})
