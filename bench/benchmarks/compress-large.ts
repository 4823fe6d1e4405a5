import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeRecipe } from '../../src/compress/recipe.ts'
import { compareOutputs } from '../compress-large/compare-outputs.ts'
import { writeLargeModel } from '../compress-large/write-model.ts'
import { measureTree } from '../compress/measured-tree.ts'
import { defineBenchmark } from '../benchmark.ts'

const cli = join(import.meta.dirname, '../../dist/cli.js')

export default defineBenchmark({
  name: 'compress-large',
  summary:
    'runwright compress --recipe with weight-int4 in blocks of 32, of a model of 2.7 GB that keeps its weights in a file beside it, in a process from its start to its end; memory at the worst moment. Both models are run over the same 256 words afterwards',
  repetitions: 1,
  measures: {
    memory: { label: 'memory', unit: 'MB', target: { atMost: 400 } },
    cpu: { label: 'CPU', unit: 's' },
    wall: { label: 'from the start to the end', unit: 's' },
    before: { label: 'size of the model', unit: 'MB' },
    after: { label: 'size of what was made', unit: 'MB' },
    cosine: { label: 'cosine of outputs to the original’s, at worst', unit: '%' },
  },
  async open({ isQuick, folder }) {
    const size = isQuick ? { words: 2000, width: 256, blocks: 4 } : { words: 32_000, width: 2048, blocks: 18 }
    const model = await writeLargeModel(folder, size)
    const recipe = join(folder, 'recipe.json')
    await writeFile(recipe, writeRecipe({ steps: [{ pass: 'weight-int4', options: { blockSize: '32' } }] }))
    const out = join(folder, 'small.onnx')
    return {
      async ours() {
        const words = ['compress', model, '--recipe', recipe, '--out', out, '--json']
        const { memory, cpu, wall } = await measureTree(folder, [process.execPath, cli, ...words])
        return {
          memory,
          cpu,
          wall,
          before: await megabytes(model, join(folder, 'large.weights')),
          after: await megabytes(out, `${out}.data`),
          cosine: 100 * (await compareOutputs(model, out, size.words)),
        }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  },
})

async function megabytes(...paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6
}
