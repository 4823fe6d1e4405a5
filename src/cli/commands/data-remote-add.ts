import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { localOption } from '../remote-place.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data remote add',
  summary: 'Adds a place that data is pushed to and fetched from.',
  details: `URL is the path of a folder, or ssh://user@host/path, s3://bucket/folder, azure://container/folder, gs://bucket/folder,
webdavs://host/folder, or https://host/folder, which can only be read. It is written to .dvc/config as DVC does.`,
  example: 'runwright data remote add -d store s3://bucket/data',
  options: {
    default: { type: 'boolean', short: 'd', summary: 'Make it the default one' },
    force: { type: 'boolean', short: 'f', summary: 'Give one of that name this url' },
    local: localOption,
    chunked: {
      type: 'boolean',
      summary: 'Keep large files as chunks, for those that change a little; DVC cannot read such a remote',
    },
  },
  operands: { usage: 'NAME URL', min: 2, max: 2 },
  async run(context, { options, operands: [name = '', url = ''], json, workspace }) {
    const { addRemote } = await import('../../data/remote-settings.ts')
    using data = await openData(context, workspace)
    const how = {
      isDefault: options.default,
      isForced: options.force,
      place: options.local ? 'local' : 'shared',
      isChunked: options.chunked,
    } as const
    await addRemote(data.repository, { name, url, cwd: context.cwd }, how)
    if (json) context.stdout.write(toJson({ name, isDefault: options.default }))
    else context.stdout.write(`Remote ${name} is there${options.default ? ', and is the default one' : ''}.\n`)
  },
})
