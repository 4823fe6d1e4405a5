import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeRecipe } from '../../src/compress/recipe.ts'
import { openSessionHost } from '../../src/onnx/session.ts'
import { testRuntime } from '../../src/onnx/test-runtime.ts'
import { defineBenchmark } from '../benchmark.ts'
import { describeOutcome } from '../compress/outcome.ts'
import { compareEmbeddings, embedSentences } from '../compress-balance/compare-embeddings.ts'
import { measureId, measuresOf, recipes } from '../compress-balance/recipes.ts'
import { openWorkshop, prepareTask } from '../compress-search/prepare-task.ts'
import { chooseTasks } from '../compress-search/tasks.ts'

const cli = join(import.meta.dirname, '../../dist/cli.js')

/** Sentences that no range was taken from. */
const sentences = 256

export default defineBenchmark({
  name: 'compress-balance',
  summary:
    'MiniLM (all-MiniLM-L6-v2, 90 MB), made smaller by recipes with and without smooth-quant and mixed-precision: the cosine of what both say of a sentence, over 256 that ranges were not taken from, and the products of known matrices that the runtime does in integers',
  repetitions: 1,
  measures: Object.fromEntries(recipes.flatMap(measuresOf)),
  async open({ isQuick, folder, report }) {
    await using cleanup = new AsyncDisposableStack()
    const [task] = chooseTasks('minilm')
    if (task === undefined) throw new Error('There is no MiniLM.')
    const { model, samples, folder: own } = await prepareTask(task, folder, await openWorkshop(folder))
    const host = cleanup.use(await openSessionHost(testRuntime, {}, new AbortController().signal))
    const test = join(own, 'test.npz')
    const count = isQuick ? 32 : sentences
    const original = await embedSentences(host, model, test, count)
    const owned = cleanup.move()
    return {
      async ours() {
        const figures: Record<string, number> = {}
        for (const recipe of recipes) {
          report(`compress-balance: ${recipe.label}`)
          const [file, out] = [join(own, `${recipe.id}.json`), join(own, `${recipe.id}.onnx`)]
          await writeFile(file, writeRecipe({ steps: recipe.steps }))
          const words = ['compress', model, '--recipe', file, '--data', samples, '--out', out, '--json', '--no-track']
          await promisify(execFile)(process.execPath, [cli, ...words], { cwd: own, maxBuffer: 2 ** 26 })
          const cosines = compareEmbeddings(original, await embedSentences(host, out, test, count))
          const { size, operators } = await describeOutcome(host, out)
          figures[measureId(recipe, 'mean')] = (100 * cosines.reduce((sum, each) => sum + each, 0)) / cosines.length
          figures[measureId(recipe, 'worst')] = 100 * Math.min(...cosines)
          figures[measureId(recipe, 'size')] = size
          figures[measureId(recipe, 'operators')] = operators
        }
        return figures
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  },
})
