import { execFile } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { compressFile } from '../../src/compress/compress-file.ts'
import type { RecipeStep } from '../../src/compress/recipe.ts'
import { readModelFile, writeModelFile } from '../../src/onnx/model-file.ts'
import { type DenseNet, fromOnnx, readTensorflowNet, toOnnx, writeTensorflowNet } from './dense-net.ts'
import type { VariantId } from './variants.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const sample = join(root, 'sample-workspace')
const digits = join(sample, 'data/digits.csv')

/** Neurons of the hidden layer, before and after pruning. */
const [large, small] = [512, 64]

export interface TrainSetting {
  /** A workspace of its own, with the template in it. */
  readonly folder: string
  readonly epochs: number
  readonly signal: AbortSignal
}

/** Writes the template as its users have it, into a repository that is new. */
export async function openTraining(folder: string): Promise<void> {
  await mkdir(folder)
  await run('git', ['init', '--quiet'], { cwd: folder })
  await command(folder, ['compress', 'template', 'distill-dense', 'small'])
  await symlink(join(sample, 'node_modules'), join(folder, 'node_modules'))
}

/** Its engine would live on for a while, in a folder that is gone. */
export async function closeTraining(folder: string): Promise<void> {
  await command(folder, ['engine', 'stop'])
}

async function command(folder: string, words: readonly string[]): Promise<string> {
  const env = { ...process.env, DATA_SCALE: '16' }
  const cli = join(root, 'dist/cli.js')
  return (await run(process.execPath, [cli, ...words], { cwd: folder, env, maxBuffer: 2 ** 26 })).stdout
}

/** Runs a training as a run, and reads the net that it has stored. */
async function train(folder: string, name: string, words: readonly string[]): Promise<DenseNet> {
  await command(folder, ['run', '--experiment', 'prune', '--name', name, '--', process.execPath, ...words])
  const { run: told } = JSON.parse(await command(folder, ['runs', 'show', name, '--json']))
  const artifacts = String(told.artifactUri).replace('mlflow-artifacts:', join(folder, '.runwright/artifacts'))
  return await readTensorflowNet(join(artifacts, 'model'))
}

/**
 * Trains the sample's net with many neurons, makes it smaller in both ways, trains what came of it again by the template,
 * and trains small nets from scratch; all with one seed.
 *
 * @returns the ONNX file of each
 */
export async function trainVariants(
  seed: number,
  { folder, epochs, signal }: TrainSetting,
): Promise<Readonly<Record<VariantId, string>>> {
  const common = ['--epochs', String(epochs), '--seed', String(seed)]
  const fileOf = (id: VariantId) => join(folder, `${id}-${seed}.onnx`)
  const teacher = join(folder, `large-${seed}`)
  const net = await train(folder, `large-${seed}`, [join(sample, 'train.ts'), '--hidden', String(large), ...common])
  await writeTensorflowNet(net, teacher)
  await writeModelFile(toOnnx(net), fileOf('large'))
  const compress = async (id: 'pruned' | 'low-rank', step: RecipeStep) => {
    await compressFile(fileOf('large'), fileOf(id), [step], { signal })
    await writeTensorflowNet(fromOnnx(await readModelFile(fileOf(id))), join(folder, `${id}-${seed}`))
  }
  const distill = async (id: VariantId, words: readonly string[]) => {
    const given = ['--teacher', teacher, '--data', digits, '--hidden', String(small), ...common, ...words]
    await writeModelFile(toOnnx(await train(folder, `${id}-${seed}`, ['small/distill.ts', ...given])), fileOf(id))
  }
  await compress('pruned', { pass: 'structured-pruning', options: { share: 1 - small / large } })
  await compress('low-rank', { pass: 'low-rank', options: { by: 'parameters', parameters: 0.3 } })
  await distill('pruned-trained', ['--start', join(folder, `pruned-${seed}`)])
  await distill('low-rank-trained', ['--start', join(folder, `low-rank-${seed}`)])
  await distill('scratch', ['--start', 'scratch', '--soft', '0'])
  await distill('scratch-taught', ['--start', 'scratch'])
  return {
    large: fileOf('large'),
    pruned: fileOf('pruned'),
    'pruned-trained': fileOf('pruned-trained'),
    'low-rank': fileOf('low-rank'),
    'low-rank-trained': fileOf('low-rank-trained'),
    scratch: fileOf('scratch'),
    'scratch-taught': fileOf('scratch-taught'),
  }
}
