import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseDataMerge, parseExtractedConflict } from '../../src/protocol/data-merge.ts'
import { parseDataStatus } from '../../src/protocol/data-status.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
  await workspace.json('init')
})
after(() => workspace[Symbol.asyncDispose]())

const read = (file: string) => readFile(join(workspace.folder, file), 'utf8')

/** Writes files of the folder `d`, puts them under version control, and commits. */
async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(workspace.folder, 'd'), { recursive: true })
  for (const [file, content] of Object.entries(files)) await workspace.write(`d/${file}`, content)
  await workspace.json('data', 'add', 'd')
  await workspace.git('add', '--all')
  await workspace.git('commit', '--quiet', '--message', 'Data')
}

const state = async () => parseDataStatus(await workspace.json('data', 'status'), '').outs.map((out) => out.state)
const rows = (...names: string[]) => ['id,name', ...names, ''].join('\n')

describe('a merge of data, without our driver of merges', { timeout: 300_000 }, () => {
  it('is decided file by file, merged text included, and staged when asked for', async () => {
    await commit({ 'people.csv': rows('1,Ada'), 'logo.bin': 'a\0b', 'ours.txt': 'same' })
    await workspace.git('checkout', '--quiet', '-b', 'side')
    await commit({ 'people.csv': rows('1,Ada', '2,Bob'), 'logo.bin': 'their\0s' })
    await workspace.git('checkout', '--quiet', 'trunk')
    await workspace.json('data', 'checkout')
    await commit({ 'people.csv': rows('1,Ada', '2,Eve'), 'logo.bin': 'our\0s', 'ours.txt': 'other' })
    await assert.rejects(workspace.git('merge', 'side'))
    assert.deepEqual(await state(), ['conflict'])

    const open = await workspace.run('data', 'resolve', 'd', '--json')
    const { conflicts, theirRevision } = parseDataMerge(JSON.parse(open.stdout), '')
    assert.deepEqual([open.exitCode, theirRevision], [1, 'MERGE_HEAD'])
    assert.deepEqual(
      conflicts.map(({ path, oursBytes, theirsBytes }) => [path, oursBytes, theirsBytes]),
      [
        ['logo.bin', 5, 7],
        ['people.csv', 20, 20],
      ],
    )
    const binary = await workspace.run('data', 'resolve', 'd', 'logo.bin', '--extract')
    assert.match(
      binary.stdout,
      /ours: .*\n {2}theirs: .*\nMake a file of them; "runwright data resolve d "logo.bin" --file MERGED" takes it\.\n$/,
    )
    await workspace.run('data', 'resolve', 'd', 'logo.bin', '--theirs')

    const extracted = await workspace.json('data', 'resolve', 'd', 'people.csv', '--extract')
    const { merged = '', hasMarks } = parseExtractedConflict(extracted, '')
    assert.ok(hasMarks)
    const marked = await workspace.run('data', 'resolve', 'd', 'people.csv', '--file', merged)
    assert.deepEqual([marked.exitCode, /still has marks of a conflict/.test(marked.stderr)], [2, true])
    await writeFile(merged, rows('1,Ada', '2,Eve', '3,Bob'))
    const done = await workspace.run('data', 'resolve', 'd', 'people.csv', '--file', merged, '--stage')
    assert.deepEqual([done.exitCode, /Git knows/.test(done.stdout)], [0, true])
    assert.equal(await workspace.git('status', '--porcelain', 'd.dvc'), 'M  d.dvc')
    await workspace.git('commit', '--quiet', '--no-edit')
    await workspace.json('data', 'checkout')
    assert.deepEqual(
      [await read('d/people.csv'), await read('d/logo.bin'), await read('d/ours.txt')],
      [rows('1,Ada', '2,Eve', '3,Bob'), 'their\0s', 'other'],
    )
    assert.deepEqual(await state(), ['clean'])
  })

  it('compares both sides while it waits', async () => {
    await workspace.git('checkout', '--quiet', '-b', 'more')
    await commit({ 'people.csv': rows('1,Ada', '9,More') })
    await workspace.git('checkout', '--quiet', 'trunk')
    await workspace.json('data', 'checkout')
    await commit({ 'people.csv': rows('1,Ada', '8,Trunk') })
    await assert.rejects(workspace.git('merge', 'more'))
    const compared = await workspace.run('data', 'compare', 'd/people.csv', '--from', 'HEAD', '--to', 'MERGE_HEAD')
    assert.equal(compared.exitCode, 0, compared.stderr)
    assert.match(compared.stdout, /1 added[^]*1 removed/)
    await workspace.git('merge', '--abort')
    assert.deepEqual(await state(), ['clean'])
  })
})
