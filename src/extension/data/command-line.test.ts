import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { DataProgress } from '../../protocol/data-progress.ts'
import { askCommandLine } from './command-line.ts'

const main = join(import.meta.dirname, '../../cli/main.ts')
const cli = { file: process.execPath, args: [main], env: {} }

describe('the command line, asked by the extension', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-asked-'))
    await askCommandLine(cli, { folder, words: ['init', '--no-scm'] })
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('answers in JSON, with progress on the way, whatever files are called', async () => {
    await writeFile(join(folder, '--json'), 'a name that looks like an option')
    const told: DataProgress[] = []
    const progress = (each: DataProgress) => void told.push(each)
    const added = await askCommandLine(cli, { folder, words: ['data', 'add'], operands: ['--json'], progress })
    assert.equal(Object(added).added[0].path, '--json')
    assert.ok(told.some(({ phase }) => phase === 'hash'))
  })

  it('gives errors with their hints', async () => {
    const asked = askCommandLine(cli, { folder, words: ['data', 'commit'], operands: ['nothing'] })
    await assert.rejects(asked, { code: 'RESOURCE_DOES_NOT_EXIST', message: 'No .dvc file stands for nothing.' })
    await assert.rejects(askCommandLine(cli, { folder, words: ['data', 'nonsense'] }), /there is no command/)
  })

  it('tells of a program that says nothing', async () => {
    const silent = { file: process.execPath, args: ['-e', 'process.exit(7)', '--'], env: {} }
    await assert.rejects(askCommandLine(silent, { folder, words: [] }), /ended with exit code 7 and said nothing/)
  })

  it('is cancelled as by Ctrl+C', async () => {
    const program = `process.on('SIGINT', () => process.exit(130))
      console.error(JSON.stringify({ progress: { phase: 'scan', doneFiles: 0, doneBytes: 0 } }))
      setInterval(() => {}, 1000)`
    const endless = { file: process.execPath, args: ['-e', program, '--'], env: {} }
    const cancel = new AbortController()
    const asked = askCommandLine(endless, { folder, words: [], signal: cancel.signal, progress: () => cancel.abort() })
    await assert.rejects(asked, { code: 'CANCELLED' })
  })
})
