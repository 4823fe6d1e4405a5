import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord } from '../../src/protocol/json.ts'
import { defineBenchmark, type Sample } from '../benchmark.ts'
import { fillOurServer } from '../runs/fill-both-servers.ts'
import { openOurServer } from '../servers/our-server.ts'
import { openMeasuredWorkbench } from '../vscode/measured-workbench.ts'

export default defineBenchmark({
  name: 'extension-activation',
  summary: 'Processor time of the extension host for loading and activating the extension, in a real VS Code',
  measures: {
    total: { label: 'load and activate', unit: 'ms', target: { atMost: 100 } },
    load: { label: 'of it, loading the bundle', unit: 'ms' },
    activate: { label: 'of it, activate()', unit: 'ms' },
  },
  async open({ folder }) {
    await using opened = new AsyncDisposableStack()
    const workspace = join(folder, 'workspace')
    await mkdir(workspace)
    const server = opened.use(await openOurServer(workspace))
    await fillOurServer(server, 'digits', 1)
    const running = opened.move()
    return {
      ours: () => measureActivation(workspace, join(folder, 'activations.jsonl')),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

type Activation = Sample<'total' | 'load' | 'activate'>

/** In a VS Code of its own each time; once it shows the experiment it has activated us, and the file's last line is that. */
async function measureActivation(workspace: string, file: string): Promise<Activation> {
  await using vscode = await openMeasuredWorkbench(workspace, file)
  await vscode.showRunwright()
  await vscode.row('Experiment digits').waitFor()
  return parseActivation((await readFile(file, 'utf8')).trim().split('\n').at(-1) ?? '')
}

function parseActivation(line: string): Activation {
  const activation: unknown = JSON.parse(line)
  if (!isRecord(activation)) throw new Error(`"${line}" tells of no activation.`)
  const load = Number(activation['loadMs'])
  const activate = Number(activation['activateMs'])
  return { total: load + activate, load, activate }
}
