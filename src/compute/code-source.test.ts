import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { listSnapshots } from '../git/snapshot-refs.ts'
import { createTestRepository } from '../git/test-repository.ts'
import { findTag } from '../protocol/runs.ts'
import { artifactPaths, tagNames } from '../protocol/tag-names.ts'
import { createCodeSource } from './code-source.ts'
import { openScratchCompute } from './scratch-compute.ts'

describe('the code of a job', () => {
  it('is the snapshot of the moment it is launched in, and its run names it and the commit below', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'train.py': '1\n' })
    const head = await repository.commit()
    await repository.write({ 'train.py': '2\n', 'new.py': '3\n' })
    await using scratch = await openScratchCompute({ code: createCodeSource(repository.root, process.env) })
    const { jobId, runId, spec } = await scratch.launch(['true'])
    const run = await scratch.tracking().runs.get(runId)
    const commit = spec.codeCommit ?? assert.fail()
    assert.deepEqual([findTag(run, tagNames.gitCommit), findTag(run, tagNames.gitSnapshot)], [head, commit])
    assert.equal(await repository.git('show', `${commit}:new.py`), '3')
    assert.deepEqual(await listSnapshots(repository.root, process.env), [commit])
    await scratch.ended(jobId)
  })

  it('is told by its run in full: branch, origin, whether it differs from the commit, and by what', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'train.py': '1\n' })
    await repository.commit()
    await repository.git('remote', 'add', 'origin', 'https://ada:secret@example.org/code.git')
    await using scratch = await openScratchCompute({ code: createCodeSource(repository.root, process.env) })
    const tell = async () => {
      const { jobId, runId } = await scratch.launch(['true'])
      const run = await scratch.tracking().runs.get(runId)
      const tags = [tagNames.gitBranch, tagNames.gitRepoUrl, tagNames.gitDirty].map((key) => findTag(run, key))
      await scratch.ended(jobId)
      return { tags, patch: scratch.artifacts().openBelow(run.artifactUri, artifactPaths.patch) }
    }
    const clean = await tell()
    await assert.rejects(clean.patch, { code: 'RESOURCE_DOES_NOT_EXIST' })
    assert.deepEqual(clean.tags, [
      await repository.git('branch', '--show-current'),
      'https://example.org/code.git',
      'false',
    ])

    await repository.write({ 'train.py': '2\n', 'new.py': '3\n' })
    const { tags, patch } = await tell()
    assert.equal(tags[2], 'true')
    await repository.git('stash', '--include-untracked')
    await repository.write({ 'the.patch': await new Response((await patch).bytes).text() })
    await repository.git('apply', 'the.patch')
    assert.equal(await readFile(join(repository.root, 'train.py'), 'utf8'), '2\n')
    assert.equal(await readFile(join(repository.root, 'new.py'), 'utf8'), '3\n')
  })

  it('is taken once for launches that come soon after the last, as the files are when git has rested', async () => {
    await using repository = await createTestRepository()
    await repository.write({ a: '0' })
    const source = createCodeSource(repository.root, process.env)
    await source.take(true)
    const second = source.take(true)
    writeFileSync(join(repository.root, 'a'), '1')
    const commits = (await Promise.all([second, source.take(true)])).map(({ snapshot }) => snapshot?.commit)
    assert.equal(commits[0], commits[1])
    assert.equal(await repository.git('show', `${commits[0]}:a`), '1')
    assert.equal((await listSnapshots(repository.root, process.env)).length, 2)
  })

  it('is none that is older than its launch, however many are launched at once', async () => {
    await using repository = await createTestRepository()
    await repository.write({ a: '0' })
    const source = createCodeSource(repository.root, process.env)
    const taken: Promise<string | undefined>[] = []
    for (const content of ['1', '2', '3']) {
      await repository.write({ a: content })
      taken.push(...[1, 2].map(async () => (await source.take(true)).snapshot?.commit))
    }
    const commits = await Promise.all(taken)
    const written = await Promise.all(commits.map((commit) => repository.git('show', `${commit}:a`)))
    assert.ok(
      written.every((content, index) => Number(content) >= Math.floor(index / 2) + 1),
      written.join(),
    )
    assert.equal(written.at(-1), '3')
  })

  it('is let go of by the next engine where no job came of it, and kept in every other workspace', async () => {
    await using repository = await createTestRepository()
    const [own, other] = ['own', 'other'].map((name) => join(repository.root, name))
    await repository.write({ 'own/train.py': '1', 'other/train.py': '1' })
    await repository.commit()
    const take = (folder = '') => createCodeSource(folder, process.env).take(true)
    const code = createCodeSource(own ?? '', process.env)
    await using scratch = await openScratchCompute({ code })
    await repository.write({ 'own/train.py': '2' })
    const { spec, jobId } = await scratch.launch(['true'])
    await scratch.ended(jobId)
    await repository.write({ 'own/train.py': '3' })
    const { snapshot: lost } = await take(own)
    const { snapshot: others } = await take(other)
    assert.equal((await listSnapshots(own ?? '', process.env)).length, 2)

    await scratch.restart()
    while ((await listSnapshots(own ?? '', process.env)).length > 1) await delay(5)
    assert.deepEqual(await listSnapshots(own ?? '', process.env), [spec.codeCommit])
    assert.deepEqual(await listSnapshots(other ?? '', process.env), [others?.commit])
    assert.equal(lost?.commit, others?.commit)
    // What this engine has taken may belong to a launch that is under way.
    await repository.write({ 'own/train.py': '4' })
    const { snapshot: fresh } = await code.take(true)
    await code.release(new Set())
    assert.deepEqual(
      (await listSnapshots(own ?? '', process.env)).toSorted(),
      [spec.codeCommit ?? '', fresh?.commit ?? ''].toSorted(),
    )
  })

  it('that cannot be had is asked for only where it is needed', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'large.bin': 'x' })
    await repository.git('commit', '--quiet', '--allow-empty', '--message', 'Start')
    await mkdir(join(repository.root, 'ignored'))
    await repository.write({ '.gitignore': 'ignored\n' })
    const ignored = createCodeSource(join(repository.root, 'ignored'), process.env)
    const { snapshot, warnings } = await ignored.take(false)
    assert.equal(snapshot, undefined)
    assert.match(warnings.join(), /^The code of this job is not kept\. .* is ignored by the repository/)
    await assert.rejects(ignored.take(true), { code: 'INVALID_STATE', message: /is ignored by/ })

    const bare = await mkdtemp(join(tmpdir(), 'runwright-no-git-'))
    const none = createCodeSource(bare, process.env)
    assert.deepEqual(await none.take(false), { warnings: [] })
    await assert.rejects(none.take(true), { code: 'INVALID_STATE', message: /lies in no git repository/ })
    await rm(bare, { recursive: true })
  })
})
