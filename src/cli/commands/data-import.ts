import { posix } from 'node:path'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data import',
  summary: 'Brings data from elsewhere, and remembers where it came from.',
  details: `With one operand, what a url (https://, s3://) or a path leads to; with two, a path of another git repository, as it
is there or as DVC has it there. The .dvc file is the one that "dvc import-url" and "dvc import" write. "runwright data
update" brings what is there later.`,
  example: 'runwright data import https://example.org/data/train.csv -o data/train.csv',
  options: {
    output: { type: 'string', short: 'o', value: 'PATH', summary: 'Where it goes. Default: its own name, here' },
    rev: { type: 'string', value: 'REV', summary: 'Branch, tag or commit of the repository. Default: its own branch' },
  },
  operands: { usage: 'URL [PATH]', min: 1, max: 2 },
  ownsSignals: true,
  async run(context, { options, operands: [url = '', path], json, workspace }) {
    const { importData } = await import('../../data/import.ts')
    using data = await openData(context, workspace)
    const name = posix.basename((path ?? url).replace(/[?#].*$/, '').replace(/\/+$/, ''))
    const out = data.toPath(options.output ?? name)
    const request = {
      url,
      rev: options.rev,
      cwd: context.cwd,
      env: context.env,
      ...(path === undefined ? {} : { path }),
    }
    const imported = await importData(data.repository, request, out, data.work)
    data[Symbol.dispose]()
    if (json) context.stdout.write(toJson(imported))
    else context.stdout.write(`${printable(imported.path)}: ${formatSize(imported.sizeBytes ?? 0)} imported.\n`)
  },
})
