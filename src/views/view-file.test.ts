import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import { isRecord } from '../protocol/json.ts'
import { curveAxes } from '../protocol/curves.ts'
import { aggregates, goals, runAttributes } from '../protocol/run-table.ts'
import { diffSections } from '../protocol/run-diff.ts'
import { chartKinds, curveBands, maxPinned, viewTabs } from '../protocol/saved-view.ts'
import { newRunId } from '../extension/tree/test-elements.ts'
import { createView } from './new-view.ts'
import { formatView, listViewPaths, readView, replaceView, toViewPath, writeView } from './view-file.ts'

const view = {
  ...createView('best', ['digits'], 'charts', [newRunId(2), newRunId(1)]),
  colors: { [newRunId(2)]: '#0072b2', [newRunId(1)]: '#d55e00' },
}

describe('the file of a view', () => {
  it('holds the view, and nothing is left beside it', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-views-'))
    t.after(() => rm(folder, { recursive: true }))
    assert.deepEqual(await listViewPaths(folder), [])
    const path = toViewPath(folder, 'best of all')
    await writeView(path, view)
    await writeView(path, { ...view, filter: 'accuracy > 0.9' })
    assert.deepEqual(await readView(path), { ...view, filter: 'accuracy > 0.9' })
    assert.deepEqual(await listViewPaths(folder), [path])
    assert.deepEqual(await readdir(join(folder, '.runwright', 'views')), ['best of all.json'])

    await writeFile(path, '{"version": 2}')
    await assert.rejects(readView(path), /best of all\.json holds no view: .*version/)
  })

  it('keeps how the differences are shown, where that was changed', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-views-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = toViewPath(folder, 'arranged')
    const differences = { reference: newRunId(1), closed: ['tags'], showsEqual: true, isTransposed: false } as const
    await writeView(path, { ...view, differences })
    assert.deepEqual((await readView(path)).differences, differences)
  })

  it('keeps the pinned runs, as many as a view takes', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-views-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = toViewPath(folder, 'pinned')
    const pinned = [newRunId(3), newRunId(1)]
    await writeView(path, { ...view, pinned })
    assert.deepEqual((await readView(path)).pinned, pinned)
    const tooMany = Array.from({ length: maxPinned + 1 }, (_, place) => newRunId(place))
    await assert.rejects(writeView(path, { ...view, pinned: tooMany }), /'pinned' holds 21 items, expected at most 20/)
  })

  it('is not written over while it holds a mistake, which is named with its place', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-views-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = join(folder, 'edited.json')
    const edited = JSON.stringify({ ...view, charts: [{ kind: 'pie', id: '1' }] })
    for (const [content, reason] of [
      [edited, /edited\.json holds no view: .*charts\[0\]\.kind.*expected one of curves/],
      [formatView(view).replace('"filter": ""', '"filter": '), /edited\.json holds no view: .*"filter": ,/],
      [formatView(view).replace('"filter": "",', ''), /edited\.json holds no view: .*filter/],
    ] as const) {
      await writeFile(path, content)
      await assert.rejects(replaceView(path, view), {
        code: 'INVALID_PARAMETER_VALUE',
        message: reason,
        hint: /Correct/,
      })
      assert.equal(await readFile(path, 'utf8'), content)
    }
    await writeFile(path, formatView({ ...view, filter: 'a > 1' }))
    await replaceView(path, view)
    await rm(path)
    await replaceView(path, view)
    assert.deepEqual(await readView(path), view)
  })

  it('is the same text for the same view, in whatever order it was put together', () => {
    const reversed = Object.fromEntries(Object.entries(view).toReversed())
    const colors = Object.fromEntries(Object.entries(view.colors).toReversed())
    // SAFETY: the fields of a view, in another order.
    assert.equal(formatView({ ...(reversed as typeof view), colors }), formatView(view))
    assert.match(formatView(view), /^\{\n {2}"version": 1,\n {2}"title": "best",\n[^]*\}\n$/)
  })

  it('has a name that any system takes, and stays in its folder', () => {
    for (const [title, name] of [
      ['größe 🚀', 'größe 🚀.json'],
      ['../../etc/passwd', '-..-etc-passwd.json'],
      ['a ↔ b', 'a ↔ b.json'],
      ['con', 'view-con.json'],
      ['...', 'view-.json'],
      ['x'.repeat(200), `${'x'.repeat(80)}.json`],
    ] as const) {
      const path = toViewPath('/home/ada', title)
      assert.equal(basename(path), name)
      assert.equal(path, join('/home/ada/.runwright/views', name))
    }
  })
})

describe('the schema of views', async () => {
  const schema: unknown = JSON.parse(await readFile(new URL('../../media/view.schema.json', import.meta.url), 'utf8'))
  const find = (...path: readonly (string | number)[]) =>
    path.reduce<unknown>((value, key) => {
      if (Array.isArray(value)) return value[Number(key)]
      return isRecord(value) ? value[key] : undefined
    }, schema)

  it('knows the fields and words of the parser', () => {
    assert.deepEqual(find('required'), Object.keys(view))
    assert.deepEqual(find('properties', 'tab', 'enum'), viewTabs)
    assert.deepEqual(find('properties', 'pinned', 'maxItems'), maxPinned)
    assert.deepEqual(find('properties', 'differences', 'properties', 'closed', 'items', 'enum'), diffSections)
    assert.deepEqual(find('definitions', 'column', 'oneOf', 0, 'properties', 'aggregate', 'enum'), aggregates)
    assert.deepEqual(find('definitions', 'column', 'oneOf', 4, 'properties', 'aggregate', 'const'), 'at-step')
    assert.deepEqual(find('definitions', 'column', 'oneOf', 5, 'properties', 'goal', 'enum'), goals)
    assert.deepEqual(find('definitions', 'column', 'oneOf', 2, 'properties', 'key', 'enum'), runAttributes)
    // Kinds with the same fields share a form, hence an enum.
    const kinds = chartKinds.flatMap((_, form) => {
      const kind = (word: string) => find('definitions', 'chart', 'oneOf', form, 'properties', 'kind', word)
      return kind('const') ?? kind('enum') ?? []
    })
    assert.deepEqual(kinds, chartKinds)
    for (const curves of [0, 1]) {
      assert.deepEqual(find('definitions', 'chart', 'oneOf', curves, 'properties', 'axis', 'enum'), curveAxes)
      const group = ['definitions', 'chart', 'oneOf', curves, 'properties', 'group', 'properties'] as const
      assert.deepEqual(find(...group, 'band', 'enum'), curveBands)
    }
  })
})
