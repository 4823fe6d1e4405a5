import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, extname, isAbsolute, join, relative, sep } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, parseForeignJson, recordOf } from '../protocol/json.ts'
import { readYaml } from '../protocol/yaml-file.ts'
import { type Framework, isOnnx, type ModelSource } from './model-source.ts'

interface Flavor {
  readonly name: string
  readonly framework: Framework
  /** Where the flavor names the file or its folder. */
  readonly data: string
  readonly version: string
}

/** MLflow's names, the one first whose library knows most of the model. */
const flavors: readonly Flavor[] = [
  { name: 'sklearn', framework: 'sklearn', data: 'pickled_model', version: 'sklearn_version' },
  { name: 'xgboost', framework: 'xgboost', data: 'data', version: 'xgb_version' },
  { name: 'lightgbm', framework: 'lightgbm', data: 'data', version: 'lgb_version' },
  { name: 'keras', framework: 'keras', data: 'data', version: 'keras_version' },
  { name: 'tensorflow', framework: 'keras', data: 'data', version: 'keras_version' },
  { name: 'pytorch', framework: 'torch', data: 'model_data', version: 'pytorch_version' },
]

const endings = new Set(['.keras', '.h5', '.pth', '.pt2'])

/**
 * What an MLflow model is, by its `MLmodel`.
 *
 * @throws BAD_REQUEST when it is damaged, or names files outside of its folder; NOT_IMPLEMENTED for other flavors
 * @see https://mlflow.org/docs/latest/ml/model/
 */
export async function readMlflowModel(folder: string): Promise<ModelSource> {
  const about = recordOf(readYaml('MLmodel', await readFile(join(folder, 'MLmodel'), 'utf8')))
  const known = recordOf(about['flavors'])
  const onnx = textOf(recordOf(known['onnx'])['data'])
  if (onnx !== undefined) throw isOnnx(join(folder, onnx))
  const flavor = flavors.find(({ name }) => isRecord(known[name]))
  if (flavor === undefined) {
    const names = Object.keys(known).filter((name) => name !== 'python_function')
    throw new RunwrightError(
      'NOT_IMPLEMENTED',
      `A model of the flavor ${names.join(', ') || 'python_function'} cannot be exported.`,
      {
        hint: `There are converters for ${flavors.map(({ name }) => name).join(', ')}.`,
      },
    )
  }
  const settings = recordOf(known[flavor.name])
  const named = await findBelow(folder, textOf(settings[flavor.data]) ?? 'data')
  const example = textOf(recordOf(about['saved_input_example_info'])['artifact_path'])
  const code = textOf(settings['code'])
  const format = textOf(settings['serialization_format'])
  const savedBy = textOf(settings[flavor.version])
  const shape = readShape(about['signature'])
  return {
    framework: flavor.framework,
    file: await findFile(named),
    codeFolders: code === undefined ? [] : [await findBelow(folder, code)],
    ...(example?.endsWith('.json') === true ? { example: await findBelow(folder, example) } : {}),
    ...(format === undefined ? {} : { format }),
    ...(shape === undefined ? {} : { shape }),
    ...(savedBy === undefined ? {} : { savedBy }),
  }
}

/** Keras and PyTorch have theirs in a folder, with notes beside it. */
async function findFile(path: string): Promise<string> {
  if ((await stat(path)).isFile()) return path
  const found = (await readdir(path)).find((name) => endings.has(extname(name)))
  if (found !== undefined) return join(path, found)
  throw new RunwrightError('BAD_REQUEST', `The model’s folder ${basename(path)} has no file of a model.`)
}

/** @throws BAD_REQUEST when it is not there, or leads out of the folder */
async function findBelow(folder: string, path: string): Promise<string> {
  const root = await realpath(folder)
  const real = await realpath(join(root, path)).catch(() => undefined)
  const below = real === undefined ? '..' : relative(root, real)
  if (real !== undefined && below !== '' && below.split(sep)[0] !== '..' && !isAbsolute(below)) return real
  throw new RunwrightError('BAD_REQUEST', `MLmodel names ${JSON.stringify(path)}, which is not in the model’s folder.`)
}

/** Of a signature with one tensor. */
function readShape(signature: unknown): readonly number[] | undefined {
  const inputs = parseForeignJson(textOf(recordOf(signature)['inputs']) ?? '')
  const [only, ...others] = Array.isArray(inputs) ? inputs : []
  const shape = recordOf(recordOf(only)['tensor-spec'])['shape']
  if (others.length > 0 || !Array.isArray(shape)) return undefined
  return shape.every((size) => typeof size === 'number') ? shape : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
