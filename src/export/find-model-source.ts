import { open, readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { readMlflowModel } from './mlflow-model.ts'
import { type Framework, isOnnx, type ModelSource } from './model-source.ts'

const byExtension: ReadonlyMap<string, Framework> = new Map([
  ['.ubj', 'xgboost'],
  ['.xgb', 'xgboost'],
  ['.txt', 'lightgbm'],
  ['.lgb', 'lightgbm'],
  ['.keras', 'keras'],
  ['.skops', 'sklearn'],
  ['.pkl', 'sklearn'],
  ['.pickle', 'sklearn'],
  ['.joblib', 'sklearn'],
  ['.pt', 'torch'],
  ['.pth', 'torch'],
  ['.pt2', 'torch'],
])

/** As MLflow calls the file that says what a folder is. */
const modelFile = 'MLmodel'

/**
 * What a file or folder is a model of. Nothing of it is loaded.
 *
 * @throws RESOURCE_DOES_NOT_EXIST; BAD_REQUEST when it is no model that is known
 */
export async function findModelSource(path: string): Promise<ModelSource> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no model at ${path}.`)
  if (found.isDirectory()) return findInFolder(path)
  const name = basename(path)
  if (name === modelFile) return readMlflowModel(join(path, '..'))
  const extension = extname(path).toLowerCase()
  if (extension === '.onnx') throw isOnnx(path)
  const framework = extension === '.json' ? await findJsonFramework(path) : byExtension.get(extension)
  if (framework !== undefined) return { framework, file: path, codeFolders: [] }
  throw unknownModel(name)
}

async function findInFolder(folder: string): Promise<ModelSource> {
  const names = await readdir(folder)
  if (names.includes(modelFile)) return readMlflowModel(folder)
  if (names.includes('model.json')) return findModelSource(join(folder, 'model.json'))
  const [only, ...others] = names.filter((name) => byExtension.has(extname(name)) && extname(name) !== '.txt')
  if (only !== undefined && others.length === 0) return findModelSource(join(folder, only))
  const onnx = names.find((name) => name.endsWith('.onnx'))
  throw onnx === undefined ? unknownModel(basename(folder)) : isOnnx(join(folder, onnx))
}

/** Both begin with what tells them: a model of TensorFlow.js names its format, one of XGBoost its learner. */
async function findJsonFramework(path: string): Promise<Framework | undefined> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
  const head = buffer.toString('utf8', 0, bytesRead)
  if (/"(modelTopology|format)"\s*:/.test(head)) return 'tfjs'
  return /"(learner|gradient_booster|learner_model_param)"\s*:/.test(head) ? 'xgboost' : undefined
}

function unknownModel(name: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `${name} is no model that is known here.`, {
    hint: 'It takes a folder with an MLmodel, .ubj and .json of XGBoost, .txt of LightGBM, .keras, model.json of TensorFlow.js, and files of scikit-learn and PyTorch.',
  })
}
