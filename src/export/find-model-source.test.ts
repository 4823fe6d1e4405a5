import assert from 'node:assert/strict'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { findModelSource } from './find-model-source.ts'

describe('what a model is', () => {
  let folder: string
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'runwright-source-')))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function write(path: string, content = ''): Promise<string> {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
    return file
  }

  it('is told by the ending of a file, and by what a JSON begins with', async () => {
    for (const [name, content, framework] of [
      ['a.ubj', '', 'xgboost'],
      ['b.json', '{"learner":{"attributes":{}}}', 'xgboost'],
      ['c.json', '{"format":"layers-model","modelTopology":{}}', 'tfjs'],
      ['d.txt', 'tree', 'lightgbm'],
      ['e.keras', '', 'keras'],
      ['f.pt2', '', 'torch'],
    ] as const) {
      const file = await write(name, content)
      assert.deepEqual(await findModelSource(file), { framework, file, codeFolders: [] })
    }
    await assert.rejects(findModelSource(await write('other.json', '{"a":1}')), /other\.json is no model/)
    await assert.rejects(findModelSource(await write('h.onnx')), /is an ONNX model already/)
    await assert.rejects(findModelSource(join(folder, 'absent')), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('is told by MLmodel, with its example, its shape and its code', async () => {
    const signature = JSON.stringify([{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 1, 8, 8] } }])
    await write('net/data/model.pth')
    await write('net/data/pickle_module_info.txt')
    await write('net/code/mine.py')
    await write('net/input_example.json', '{}')
    await write(
      'net/MLmodel',
      `flavors:
  python_function: {loader_module: mlflow.pytorch}
  pytorch: {model_data: data, code: code, pytorch_version: 2.15.0}
saved_input_example_info: {artifact_path: input_example.json, type: ndarray}
signature:
  inputs: '${signature}'
`,
    )
    assert.deepEqual(await findModelSource(join(folder, 'net')), {
      framework: 'torch',
      file: join(folder, 'net/data/model.pth'),
      codeFolders: [join(folder, 'net/code')],
      example: join(folder, 'net/input_example.json'),
      shape: [-1, 1, 8, 8],
      savedBy: '2.15.0',
    })
  })

  it('is none whose MLmodel names files elsewhere, or that no converter takes', async () => {
    await write('outside.pkl')
    await write('bad/inside.pkl')
    await symlink(join(folder, 'outside.pkl'), join(folder, 'bad/link.pkl'))
    for (const path of ['../outside.pkl', 'link.pkl', '.', 'absent.pkl', join(folder, 'outside.pkl')]) {
      await write('bad/MLmodel', `flavors:\n  sklearn:\n    pickled_model: ${path}\n`)
      await assert.rejects(findModelSource(join(folder, 'bad')), /which is not in the model’s folder/, path)
    }
    await write('bad/MLmodel', 'flavors:\n  spacy: {data: x}\n  python_function: {}\n')
    await assert.rejects(findModelSource(join(folder, 'bad')), /flavor spacy cannot be exported/)
    await write('bad/MLmodel', 'flavors:\n  onnx: {data: model.onnx}\n')
    await assert.rejects(findModelSource(join(folder, 'bad')), /model\.onnx is an ONNX model already/)
    await write('bad/MLmodel', '{')
    await assert.rejects(findModelSource(join(folder, 'bad')), /MLmodel, line 1 is no YAML/)
  })
})
