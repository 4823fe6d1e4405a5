import { defineBenchmark } from '../benchmark.ts'
import { peerVersion } from '../compress/peer-environment.ts'
import { compareTask, type Contest } from '../compress-search/compare-task.ts'
import {
  type Figures,
  measuresOf,
  originalFigures,
  ourFigures,
  presetFigures,
} from '../compress-search/contest-figures.ts'
import { describeContests } from '../compress-search/contest-table.ts'
import { openWorkshop, prepareTask } from '../compress-search/prepare-task.ts'
import { chooseTasks, tasks } from '../compress-search/tasks.ts'

/** Long enough for an interval of the ratio of times, on a machine that does other things, too. */
const plan = { rounds: 20, budgetMs: 4000, maxRuns: 200 }
const quickPlan = { rounds: 6, budgetMs: 300, maxRuns: 20 }

export default defineBenchmark({
  name: 'compress-search',
  summary:
    'What runwright compress recommends beside presets of ONNX Runtime’s tools and of Olive, for real models with real data. All are given the same model and samples, and are judged by a test that none has seen. The best preset is the one of the least time and size among those that lose a point at most and are not slower than the original; time and size are shares of the original’s, multiplied, of which the square root is taken. Times are medians of two models in turn, of one sample on two threads, and bounds are the end of a 95 % interval that is best for ours',
  repetitions: 1,
  savesParts: true,
  measures: Object.fromEntries(tasks.flatMap(measuresOf)),
  describePeers: () =>
    `the presets of ONNX Runtime ${peerVersion('onnxruntime')} for Python and of Olive ${peerVersion('olive-ai')}, and the original`,
  async open({ isQuick, folder, only, report }) {
    const workshop = await openWorkshop(folder)
    const settings = { workshop, budget: isQuick ? '20s' : '10m', plan: isQuick ? quickPlan : plan, report }
    const contests: Contest[] = []
    for (const task of chooseTasks(only)) {
      report(`${task.name}: preparing`)
      contests.push(await compareTask(await prepareTask(task, folder, workshop), settings))
    }
    const figuresOf = (take: (contest: Contest) => Figures) =>
      Promise.resolve(Object.fromEntries(contests.flatMap((contest) => Object.entries(take(contest)))))
    return {
      ours: () => figuresOf(ourFigures),
      peers: { 'the original': () => figuresOf(originalFigures), 'the best preset': () => figuresOf(presetFigures) },
      describe: () => describeContests(contests),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  },
})
