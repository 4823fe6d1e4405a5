import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FileDiff, FolderDiff } from '../protocol/data-diff.ts'
import { formatDataDiff } from './content-diff-markdown.ts'

const version = (name: string, sizeBytes: number) => ({ name, sizeBytes, hash: 'a'.repeat(64) })
const statistics = {
  type: 'BIGINT',
  nullCount: 0,
  nonFiniteCount: 0,
  distinctCount: null,
  min: 1,
  max: 3,
  mean: 2,
  standardDeviation: 1,
}

describe('a difference in Markdown', () => {
  it('of tables has their shapes, rows, columns and distributions', () => {
    const diff: FileDiff = {
      type: 'file',
      state: 'changed',
      old: version('people.csv', 2048),
      new: version('people.csv', 3072),
      content: {
        kind: 'table',
        format: 'csv',
        old: { rowCount: 3, columnCount: 2 },
        new: { rowCount: 1204, columnCount: 2 },
        columns: [
          {
            name: 'id|x',
            state: 'kept',
            changedCells: 0,
            old: statistics,
            new: { ...statistics, max: 4.5 },
            distribution: { shape: 'histogram', edges: [1, 2, 3], oldCounts: [8, 0], newCounts: [4, 1] },
          },
          { name: 'come', state: 'added', new: { ...statistics, type: 'VARCHAR', min: null, max: null, mean: null } },
        ],
        rows: {
          key: ['id|x'],
          keyIs: 'found',
          added: 1202,
          removed: 1,
          changed: 1,
          unchanged: 1,
          examples: [{ change: 'changed', cells: [{ column: 'v', old: 'a\nb', new: null }] }],
        },
        notes: ['People were read as text.'],
      },
    }
    assert.equal(
      formatDataDiff(diff),
      `# \`people.csv\`: changed

2 KiB → 3 KiB

3 rows × 2 columns → 1,204 rows × 2 columns

Rows by \`id|x\`: 1,202 added, 1 removed, 1 changed, 1 unchanged

## Schema

| Column | Change | Type |
|---|---|---|
| come | added | VARCHAR |

## Columns

| Column | Type | Changed | Nulls | Min | Mean | Max | Distribution |
|---|---|---|---|---|---|---|---|
| id\\|x | BIGINT | 0 | 0 | 1 | 2 | 3 → 4.5 | █· → █▂ |
| come | VARCHAR |  | 0 |  |  |  |  |

## Rows

| Change | Row |
|---|---|
| changed | v: a b → null |

- People were read as text.
`,
    )
  })

  it('of a text cannot be ended by the text', () => {
    const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+````'] }
    const content = { kind: 'text', old: { lineCount: 1 }, new: { lineCount: 1 }, notes: [] } as const
    const text = formatDataDiff({
      type: 'file',
      state: 'changed',
      old: version('a`b.md', 1),
      new: version('a`b.md', 1),
      content: { ...content, lines: { added: 1, removed: 1, hunks: [hunk] } },
    })
    const expected =
      '# `` a`b.md ``: changed\n\n1 B\n\n1 line (+1 −1)\n\n`````diff\n@@ -1,1 +1,1 @@\n-a\n+````\n`````\n'
    assert.equal(text, expected)
  })

  it('of folders has what was added, removed, renamed and changed, and the classes', () => {
    const none = { count: 0, sizeBytes: 0, files: [] }
    const diff: FolderDiff = {
      type: 'folder',
      state: 'changed',
      old: { fileCount: 2, sizeBytes: 20 },
      new: { fileCount: 2, sizeBytes: 1024 },
      added: none,
      removed: none,
      renamed: {
        count: 1,
        sizeBytes: 10,
        files: [{ path: 'dog/1.png', oldPath: 'cat/1.png', oldSizeBytes: 10, newSizeBytes: 10 }],
      },
      changed: { count: 1, sizeBytes: 1014, files: [{ path: 'a.png', oldSizeBytes: 10, newSizeBytes: 1014 }] },
      equalCount: 0,
      classes: [
        { name: 'cat', oldCount: 1, newCount: 0 },
        { name: 'fox', oldCount: 4, newCount: 4 },
      ],
      contents: [
        {
          path: 'a.png',
          content: {
            kind: 'image',
            old: { format: 'png', width: 1, height: 2 },
            new: { format: 'png', width: 3, height: 2 },
          },
        },
      ],
      notes: [],
    }
    assert.equal(
      formatDataDiff(diff),
      `# Folder: changed

2 files, 20 B → 2 files, 1 KiB; 0 files equal

| Change | Files | Size |
|---|---|---|
| added | 0 | 0 B |
| removed | 0 | 0 B |
| renamed | 1 | 10 B |
| changed | 1 | 1014 B |

## Classes

| Class | Old | New |
|---|---|---|
| cat | 1 | 0 |

## Renamed

| File | Size |
|---|---|
| cat/1.png → dog/1.png | 10 B |

## Changed

| File | Size |
|---|---|
| a.png | 10 B → 1014 B |

## \`a.png\`

PNG, 1 × 2 → PNG, 3 × 2
`,
    )
  })

  it('of models has their graph and their weights', () => {
    const text = formatDataDiff({
      type: 'file',
      state: 'changed',
      old: version('a.onnx', 1),
      new: version('a.onnx', 1),
      content: {
        kind: 'model',
        format: 'onnx',
        old: { nodeCount: 1, tensorCount: 2, parameterCount: 1200 },
        new: { nodeCount: 2, tensorCount: 2, parameterCount: 1200 },
        properties: [{ name: 'opset ai.onnx', old: '17', new: null }],
        operators: [
          { operator: 'Relu', oldCount: 0, newCount: 1 },
          { operator: 'Gemm', oldCount: 1, newCount: 1 },
        ],
        nodes: [{ change: 'changed', name: 'h', operator: 'Gemm', differs: ['transB', 'inputs'] }],
        tensors: [
          {
            change: 'values',
            name: 'w',
            old: { dataType: 'F32', shape: [2, 3] },
            new: { dataType: 'F32', shape: [2, 3] },
            difference: { maxAbsolute: 0.123456789, relativeL2: null, cosine: 1, nonFiniteCount: 0 },
          },
        ],
        equalTensors: 1,
        notes: [],
      },
    })
    for (const line of [
      '1 node, 2 tensors, 1,200 parameters → 2 nodes, 2 tensors, 1,200 parameters; 1 tensor equal',
      '| opset ai.onnx | 17 |  |',
      '| Relu | 0 | 1 |',
      '| changed | h | Gemm | transB, inputs |',
      '| values | w | F32 | 2×3 | 0.123457 |  | 1 |',
    ]) {
      assert.ok(text.includes(`${line}\n`), `${line}\nis not in\n${text}`)
    }
    assert.ok(!text.includes('| Gemm | 1 | 1 |'))
  })
})
