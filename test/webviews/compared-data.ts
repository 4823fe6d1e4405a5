import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { compareVersions } from '../../src/data/compare-versions.ts'
import { previewTable } from '../../src/data/table-preview.ts'
import { createTestDataRepository, quietWork } from '../../src/data/test-repository.ts'
import type { DataComparison } from '../../src/protocol/data-comparison.ts'
import type { TablePreview } from '../../src/protocol/data-diff.ts'
import type { ImagePair } from '../../src/protocol/data-page-messages.ts'

/** A tracked folder in two versions: a table, an image, a text and a model that changed, and many new files. */
export interface ComparedFolder {
  readonly comparison: DataComparison
  readonly images: readonly ImagePair[]
  readonly preview: TablePreview
}

/** What the real comparison tells of real files. */
export async function compareFolder(): Promise<ComparedFolder> {
  await using repository = await createTestDataRepository()
  const people = (count: number, change: (id: number) => string = String) =>
    [
      'id,age,city',
      ...Array.from({ length: count }, (_, id) => `${id},${change(id)},${id % 3 ? 'Rome' : 'Oslo'}`),
    ].join('\n')
  await repository.write({
    'data/people.csv': people(40),
    'data/photo.svg': drawSquare('teal'),
    'data/notes.txt': 'first\nsecond\nthird\n',
    'data/model.safetensors': writeModel([1, 2, 3, 4]),
    'data/cats/old.txt': 'removed later',
  })
  await repository.add('data')
  await repository.commit()
  const added = Array.from({ length: 300 }, (_, index) => [
    `data/dogs/${String(index).padStart(3, '0')}.txt`,
    `${index}`,
  ])
  await repository.write({
    'data/people.csv': people(42, (id) => (id === 3 ? '99' : String(id))),
    'data/photo.svg': drawSquare('orange'),
    'data/notes.txt': 'first\nsecond, changed\nthird\n',
    'data/model.safetensors': writeModel([1, 2, 3, 4.5]),
    ...Object.fromEntries(added),
  })
  await rm(join(repository.root, 'data/cats/old.txt'))
  const opened = await repository.open()
  const versions = { path: 'data', from: undefined, to: undefined }
  const comparison = await compareVersions(opened, versions, quietWork(), process.env)
  const bytes = async (path: string) => new Uint8Array(await readFile(path))
  return {
    comparison,
    images: await Promise.all(
      comparison.images.map(async ({ path, old, new: now }) => ({
        path,
        old: await bytes(old),
        new: await bytes(now),
      })),
    ),
    preview: await previewTable({ name: 'people.csv', path: join(repository.root, 'data/people.csv') }, 20, {
      signal: new AbortController().signal,
    }),
  }
}

function drawSquare(color: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="${color}"/></svg>`
}

/** One tensor in the format of safetensors, whose header is ASCII; as text, because all its bytes are. */
function writeModel(values: readonly number[]): string {
  const header = JSON.stringify({ weight: { dtype: 'I8', shape: [values.length], data_offsets: [0, values.length] } })
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return length.toString('latin1') + header + String.fromCharCode(...values.map(Math.ceil))
}
