import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { convertNet } from './convert-net.ts'
import { readTfjsNet } from './read-tfjs-net.ts'

const dense = (config: object) => ({ class_name: 'Dense', config: { name: 'd', activation: 'relu', ...config } })
const kernel = { name: 'd/kernel', shape: [2, 1], dtype: 'float32' }

describe('a net of TensorFlow.js', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-tfjs-'))
    await writeFile(join(folder, 'secret.bin'), new Uint8Array(8))
    await mkdir(join(folder, 'net'))
    await writeFile(join(folder, 'net/weights.bin'), new Uint8Array(Float32Array.of(1.5, -2).buffer))
    await writeFile(join(folder, 'net/bytes.bin'), Uint8Array.of(0, 200))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function read(layers: readonly object[], weights: object[] = [kernel], paths: unknown[] = ['weights.bin']) {
    const modelTopology = { class_name: 'Sequential', config: { layers } }
    return readJson({ format: 'layers-model', modelTopology, weightsManifest: [{ paths, weights }] })
  }
  async function readJson(json: unknown) {
    const path = join(folder, 'net/model.json')
    await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json))
    return readTfjsNet(path)
  }
  const first = dense({ batch_input_shape: [null, 2] })

  it('has the weights of its layers by their last names, those of few bits as floats', async () => {
    const { layers, inputs, outputs } = await read([first])
    assert.deepEqual([inputs, outputs, layers.map(({ kind }) => kind)], [['d_input'], ['d'], ['InputLayer', 'Dense']])
    const value = { dtype: 'float32', dims: [2, 1], data: Float32Array.of(1.5, -2) }
    assert.deepEqual([...(layers[1]?.weights ?? [])], [['kernel', value]])
    const packed = { ...kernel, quantization: { dtype: 'uint8', scale: 0.5, min: -1, original_dtype: 'float32' } }
    const quantized = await read([first], [packed], ['bytes.bin'])
    assert.deepEqual(quantized.layers[1]?.weights.get('kernel')?.data, Float32Array.of(-1, 99))
  })

  it('is refused when it is damaged, or wants files from elsewhere', async () => {
    await assert.rejects(readJson('no JSON'), { code: 'BAD_REQUEST' })
    await assert.rejects(readJson({ format: 'graph-model' }), /graph model[^]*/)
    await assert.rejects(read([first], [{ ...kernel, shape: [3, 1] }]), /beyond the end/)
    await assert.rejects(read([first], [{ ...kernel, shape: [-1, 1] }]), /list of weights/)
    await assert.rejects(read([first], [{ ...kernel, shape: [2 ** 40, 2 ** 40] }]), /beyond the end/)
    await assert.rejects(read([first], [kernel], ['../secret.bin']), /outside of its folder/)
    await assert.rejects(read([first], [kernel], [join(folder, 'secret.bin')]), /no relative path/)
    await assert.rejects(read([first], [kernel], ['absent.bin']), /absent\.bin.*not there/)
    await assert.rejects(read([dense({})]), /first layer does not say/)
  })

  it('is converted only when all of its layers and settings are known', async () => {
    const convert = async (...layers: object[]) => convertNet(await read(layers), ['input'])
    assert.equal((await convert(first)).graph?.node.at(-1)?.output[0], 'output_0')
    await assert.rejects(convert(first, { class_name: 'LSTM', config: { name: 'l' } }), /layer “l” \(LSTM\)/)
    await assert.rejects(convert(dense({ batch_input_shape: [null, 2], activation: 'other' })), /activation “other”/)
    await assert.rejects(
      convert(dense({ batch_input_shape: [null, 2], activation: {} })),
      /code or settings of its own/,
    )
    await assert.rejects(convert(dense({ name: 'e', batch_input_shape: [null, 2] })), /no weights “kernel”/)
  })
})
