import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { ValueSignature } from '../../onnx/session.ts'
import { openSampleData } from '../open-sample-data.ts'
import { encodePng, type Paint } from './test-images.ts'

const input = (dims: ValueSignature['dims'], dtype: ValueSignature['dtype'] = 'float32'): readonly ValueSignature[] => [
  { name: 'x', dtype, dims },
]
const only =
  (red: number, green: number, blue: number): Paint =>
  () => [red, green, blue]

describe('images by class', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-images-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function put(path: string, image: Buffer | string): Promise<void> {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), image)
  }

  async function readAll(inputs: readonly ValueSignature[], size = 8) {
    await using data = await openSampleData(folder, inputs)
    const batches = await Array.fromAsync(data.batches(size))
    return { count: data.count, hasLabels: data.hasLabels, batches }
  }

  it('are samples with the place of their folder as the label, in the size and layout of the input', async () => {
    await put('dog/1.png', encodePng(4, 4, only(255, 0, 51)))
    await put('cat/1.png', encodePng(2, 2, only(0, 255, 0)))
    await put('cat/2.png', encodePng(1, 3, only(0, 0, 255)))
    const { count, hasLabels, batches } = await readAll(input(['N', 3, 2, 1]), 2)
    assert.deepEqual([count, hasLabels, batches.length], [3, true, 2])
    assert.deepEqual(batches[0]?.labels, { dtype: 'string', dims: [2], data: ['0', '0'] })
    assert.deepEqual(batches[1]?.labels?.data, ['1'])
    const dog = batches[1]?.feeds.get('x')
    assert.deepEqual(dog, { dtype: 'float32', dims: [1, 3, 2, 1], data: Float32Array.of(1, 1, 0, 0, 0.2, 0.2) })
    const last = await readAll(input(['N', 2, 1, 3]))
    assert.deepEqual(last.batches[0]?.feeds.get('x')?.data.slice(12), Float32Array.of(1, 0, 0.2, 1, 0, 0.2))
  })

  it('become what images.json says', async () => {
    await put(
      '3/a.png',
      encodePng(4, 2, (x) => [x * 10, 0, 255]),
    )
    await put('7/a.png', encodePng(2, 2, only(51, 102, 255)))
    const settings = { size: [2, 2], fit: 'crop', channels: 'BGR', layout: 'NHWC', mean: [0.5, 0, 0], std: [0.5, 1, 1] }
    await put('images.json', JSON.stringify(settings))
    const { batches } = await readAll(input(['N', 'H', 'W', 3]))
    const { feeds, labels } = batches[0] ?? {}
    assert.deepEqual(labels?.data, ['3', '7'])
    const [wide, square] = [feeds?.get('x')?.data.slice(0, 12), feeds?.get('x')?.data.slice(12)]
    const blue = (red: number) => [1, 0, Math.fround(red / 255)]
    assert.deepEqual(wide, Float32Array.from([...blue(10), ...blue(20), ...blue(10), ...blue(20)]))
    assert.deepEqual(square, Float32Array.from([1, 0.4, 0.2, 1, 0.4, 0.2, 1, 0.4, 0.2, 1, 0.4, 0.2]))
  })

  it('may be of bytes, of grey, with edges of black, and in an order of classes that is said', async () => {
    await put('b/a.png', encodePng(2, 1, only(200, 100, 50)))
    await put('a/a.png', encodePng(2, 2, only(255, 255, 255)))
    await put('images.json', JSON.stringify({ fit: 'pad', scale: 255, classes: ['b', 'c', 'a'] }))
    const { batches } = await readAll(input(['N', 1, 2, 2], 'uint8'))
    assert.deepEqual(batches[0]?.labels?.data, ['2', '0'])
    const data = Uint8Array.of(255, 255, 255, 255, 124, 124, 0, 0)
    assert.deepEqual(batches[0]?.feeds.get('x'), { dtype: 'uint8', dims: [2, 1, 2, 2], data })
  })

  it('have no labels where they lie in one folder', async () => {
    await put('a.png', encodePng(1, 1, only(0, 0, 0)))
    const { count, hasLabels, batches } = await readAll(input(['N', 3, 1, 1]))
    assert.deepEqual([count, hasLabels, batches[0]?.labels], [1, false, undefined])
  })

  it('are refused with the reason', async () => {
    await assert.rejects(readAll(input(['N', 3, 2, 2])), /has no images: it takes \.png and \.jpg/)
    await put('a/a.png', encodePng(1, 1, only(0, 0, 0)))
    await assert.rejects(readAll(input(['N', 3, 'H', 'W'])), { code: 'BAD_REQUEST', hint: /"size": \[224, 224\]/ })
    await assert.rejects(readAll(input(['N', 12])), /the model’s input “x” has 2 dims, not 4/)
    await put('images.json', '{ "sizes": [2, 2] }')
    await assert.rejects(readAll(input(['N', 3, 2, 2])), /images\.json has “sizes”, which there is not/)
    await put('images.json', '{ "classes": ["b"] }')
    await assert.rejects(readAll(input(['N', 3, 2, 2])), /names no class “a”/)
    await put('images.json', '{}')
    await put('a/b.png', 'no picture')
    await assert.rejects(readAll(input(['N', 3, 2, 2])), /b\.png is damaged: it is neither PNG nor JPEG/)
    await put('b.png', encodePng(1, 1, only(0, 0, 0)))
    await assert.rejects(readAll(input(['N', 3, 2, 2])), /has images beside folders of images/)
  })
})
