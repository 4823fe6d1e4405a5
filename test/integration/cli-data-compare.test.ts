import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { bundle } from '../../scripts/bundle.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { runCli } from './run-cli.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-data-compare-'))
  await writeFile(join(folder, 'old.csv'), 'id,v\n1,a\n2,b\n')
  await writeFile(join(folder, 'new.csv'), 'id,v\n2,c\n3,d\n')
})
after(() => rm(folder, { recursive: true, force: true }))

const path = (name: string) => join(folder, name)

async function compareJson(...args: string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await runCli(folder, 'data', 'compare', ...args, '--json')
  assert.equal(exitCode, 0, stderr)
  const parsed: unknown = JSON.parse(stdout)
  assert.ok(isRecord(parsed))
  return parsed
}

describe('runwright data compare', () => {
  it('says what changed in a table, for people and as JSON', async () => {
    const { stdout, exitCode } = await runCli(folder, 'data', 'compare', path('old.csv'), path('new.csv'))
    assert.equal(exitCode, 0)
    assert.match(stdout, /^# `new.csv`: changed\n/)
    assert.match(stdout, /^Rows by `id`: 1 added, 1 removed, 1 changed, 0 unchanged$/m)
    const { content } = await compareJson(path('old.csv'), path('new.csv'))
    assert.ok(isRecord(content) && isRecord(content['rows']))
    assert.deepEqual([content['rows']['key'], content['rows']['changed']], [['id'], 1])
  })

  it('matches rows by the columns that it is given', async () => {
    const { content } = await compareJson(path('old.csv'), path('new.csv'), '--key', 'id', '--key', 'v')
    assert.ok(isRecord(content) && isRecord(content['rows']))
    assert.deepEqual([content['rows']['added'], content['rows']['removed']], [2, 2])
    const refused = await runCli(folder, 'data', 'compare', path('old.csv'), path('new.csv'), '--key', 'no')
    assert.deepEqual([refused.exitCode, /no column "no"/.test(refused.stderr)], [2, true])
  })

  it('compares folders, with files that are linked and without folders of git', async () => {
    for (const [name, text] of [
      ['a/cat/1.txt', 'one\n'],
      ['a/same.bin', 'x'],
      ['b/dog/1.txt', 'one\n'],
      ['b/.git/HEAD', 'ref'],
    ] as const) {
      await mkdir(join(path(name), '..'), { recursive: true })
      await writeFile(path(name), text)
    }
    await symlink(path('a/same.bin'), path('b/same.bin'))
    await symlink(path('b'), path('b/around'))
    const diff = await compareJson(path('a'), path('b'))
    assert.ok(isRecord(diff['renamed']))
    assert.deepEqual([diff['state'], diff['renamed']['count'], diff['equalCount']], ['changed', 1, 1])
    const mixed = await runCli(folder, 'data', 'compare', path('a'), path('new.csv'))
    assert.equal(mixed.exitCode, 2)
    assert.equal((await runCli(folder, 'data', 'compare', path('a'), path('nowhere'))).exitCode, 3)
  })

  it('keeps its results in the data folder of the workspace, where there is one', async () => {
    const workspace = path('workspace')
    await mkdir(join(workspace, '.runwright'), { recursive: true })
    await runCli(workspace, 'data', 'compare', path('old.csv'), path('new.csv'))
    assert.equal((await readdir(join(workspace, '.runwright/cache/data-diff'))).length, 1)
  })
})

describe('the bundles', () => {
  /** The command line as it ships, somewhere without any `node_modules`. */
  async function installBundles(): Promise<string> {
    await bundle({ production: false })
    const dist = path('dist')
    const source = join(import.meta.dirname, '../../dist')
    await mkdir(dist)
    const scripts = (await readdir(source)).filter((name) => name.endsWith('.js'))
    for (const name of scripts) await cp(join(source, name), join(dist, name))
    await writeFile(path('package.json'), '{"type":"module"}')
    return dist
  }

  it('find DuckDB beside them, and do all but tables without it', async () => {
    const dist = await installBundles()
    const compare = async (...names: string[]) => {
      const words = [join(dist, 'cli.js'), 'data', 'compare', ...names.map(path), '--json']
      const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: folder })
      const parsed: unknown = JSON.parse(stdout)
      return isRecord(parsed) && isRecord(parsed['content']) ? parsed['content'] : assert.fail(stdout)
    }
    const without = await compare('old.csv', 'new.csv')
    assert.deepEqual([without['kind'], without['why']], ['opaque', 'unsupported'])
    assert.match(
      String(without['reason']),
      /^DuckDB, which reads tables, cannot be loaded on \w+-\w+\. Install the package/,
    )
    await writeFile(path('a.txt'), 'a\n')
    await writeFile(path('b.txt'), 'b\n')
    assert.equal((await compare('a.txt', 'b.txt'))['kind'], 'text')

    const modules = join(import.meta.dirname, '../../node_modules/@duckdb')
    const native = (await readdir(modules)).filter((name) => name.startsWith('node-bindings-'))
    for (const name of native)
      await cp(join(modules, name), join(dist, 'node_modules/@duckdb', name), { recursive: true })
    assert.equal((await compare('old.csv', 'new.csv'))['kind'], 'table')
  })
})
