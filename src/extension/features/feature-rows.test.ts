import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseShownFeatureSet } from '../../protocol/feature-versions.ts'
import { presentData } from '../data/data-presentation.ts'
import type { FeatureSetElement, FeatureVersionElement } from './element.ts'
import { listColumns, listGroups, listSets, listVersions } from './feature-rows.ts'
import { findDefinition } from './find-definition.ts'

const version = 'a'.repeat(64)
const builtTime = Date.now() - 3 * 3_600_000
const latest = { version, builtTime, rowCount: 3, path: '/w/t.parquet' }
const one = { name: 'users', entities: ['user_id'], owner: 'ada', versionCount: 2, latest }
const folder = { folder: '/w', name: 'w', featureSets: [one, { name: 'new', entities: ['a', 'b'], versionCount: 0 }] }

function listFirstSet(): FeatureSetElement {
  const [group = assert.fail()] = listGroups([{ ...folder, error: undefined }])
  const [set] = listSets(group)
  assert.ok(set?.kind === 'data-feature-set')
  return set
}

const shown = {
  name: 'users',
  current: version,
  versions: [
    {
      featureSet: 'users',
      version,
      builtTime,
      kind: 'query',
      sources: [],
      table: { sha256: version, sizeBytes: 1, rowCount: 3 },
      dropped: { nullKeyCount: 1, nullTimeCount: 0, duplicateCount: 1 },
      columns: [
        { name: 'city', type: 'VARCHAR', nullCount: 1, distinctCount: 2, min: 'Oslo', max: 'Rome' },
        {
          name: 'price',
          type: 'DOUBLE',
          nullCount: 0,
          distinctCount: 3,
          min: 1,
          max: 4,
          mean: 2.5,
          std: 1,
          histogram: { edges: [1, 2, 4], counts: [1, 2] },
        },
      ],
      path: '/w/t.parquet',
    },
  ],
}

describe('the rows of feature sets', () => {
  it('are a group for each folder, then name, keys, owner, versions, rows and age', () => {
    const groups = listGroups([
      { ...folder, error: undefined },
      { ...folder, name: 'other', featureSets: [], error: new Error('no YAML') },
    ])
    assert.deepEqual(
      groups.map((row) => presentData(row).spoken),
      ['Feature Sets, w, 2', 'Feature Sets, other'],
    )
    const [first, second] = groups
    assert.deepEqual(
      listSets(first ?? assert.fail()).map((row) => presentData(row).spoken),
      ['Feature set users, user_id, ada, 2 versions, 3 rows, built 3h', 'Feature set new, a, b, not built'],
    )
    assert.match(presentData(listSets(second ?? assert.fail())[0] ?? assert.fail()).label, /no YAML/)
  })

  it('below a set are what is not built, then versions with the statistics of their columns', () => {
    const set = listFirstSet()
    const [built = assert.fail(), ...none] = listVersions(set, parseShownFeatureSet(shown, ''))
    assert.deepEqual(none, [])
    assert.equal(presentData(built).spoken, 'Version aaaaaaaa, current, 3 rows, built 3h, 2 rows left out')
    assert.ok(isVersion(built))
    assert.deepEqual(
      listColumns(built).map((row) => presentData(row).spoken),
      [
        'Column city, VARCHAR, Oslo to Rome, 2 distinct, 1 missing',
        'Column price, DOUBLE, 1 to 4, mean 2.5, standard deviation 1, 3 distinct',
      ],
    )
    const changed = listVersions(set, parseShownFeatureSet({ ...shown, current: 'b'.repeat(64) }, ''))
    assert.equal(presentData(changed[0] ?? assert.fail()).label, 'Not built: its definition or sources have changed')
    const { current: _, ...wrong } = { ...shown, problem: 'There is no data.csv.' }
    const broken = listVersions(set, parseShownFeatureSet(wrong, ''))
    assert.equal(presentData(broken[0] ?? assert.fail()).label, 'Cannot be built: There is no data.csv.')
  })
})

function isVersion(row: { readonly kind: string }): row is FeatureVersionElement {
  return row.kind === 'data-feature-version'
}

describe('the definition of a feature set', () => {
  it('is found by its name below the declaration', () => {
    const text = 'users: 1\nfeatureSets:\n  other:\n    query: x\n  "users":\n    entities: a\n'
    assert.equal(findDefinition(text, 'users'), 4)
    assert.equal(findDefinition(text, 'none'), 1)
  })
})
