import { defineBenchmark } from '../benchmark.ts'
import { listHandOvers, runGpuQueue } from '../launch/gpu-queue.ts'

export default defineBenchmark({
  name: 'gpu-queue',
  summary:
    '1,000 real jobs of 0.2 to 1 s, each for one of 8 pretended GPUs alone, launched at once: how long a GPU stands idle between the end of a command and the beginning of the next, in which the end is noted and seen, the queue is planned, and a wrapper is started',
  measures: {
    median: { label: 'between two jobs, median', unit: 'ms' },
    p99: { label: 'between two jobs, 99th percentile', unit: 'ms', target: { atMost: 200 } },
  },
  open({ isQuick, folder }) {
    return Promise.resolve({
      async ours() {
        const handOvers = listHandOvers(await runGpuQueue(folder, isQuick ? 60 : 1000))
        const at = (part: number) => handOvers[Math.ceil(handOvers.length * part) - 1] ?? Number.NaN
        return { median: at(0.5), p99: at(0.99) }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  },
})
