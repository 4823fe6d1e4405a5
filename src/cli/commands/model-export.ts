import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { isModelUri } from '../../client/download-model.ts'
import { findPython } from '../../client/script-programs.ts'
import type { ExportReport } from '../../export/export-model.ts'
import type { CliContext } from '../context.ts'
import { defineCliCommand, exitCodes, usageError } from '../command.ts'
import { describeExport } from '../export-text.ts'
import { parseCount } from '../parse-count.ts'
import { checkOut } from '../check-out.ts'
import { toJson } from '../text.ts'

const name = 'model export'

export default defineCliCommand({
  name,
  summary: 'Makes an ONNX model of one of PyTorch, scikit-learn, XGBoost, LightGBM, Keras or TensorFlow.js.',
  details: `MODEL is runs:/RUN/PATH, models:/NAME/3 or models:/NAME@ALIAS, a folder with an MLmodel, a .ubj or .json file of
XGBoost, a .txt of LightGBM, a .keras, or the model.json of TensorFlow.js, which needs no Python. Your own Python converts
the others: that of the workspace's .venv, else python3. Both models answer the same samples: those of --data, else the
example that was logged with the model, else random numbers. When they differ nothing is written, unless --keep is given,
and it exits with 1. A pickle, which can run code, is loaded from your own runs, from elsewhere with --trust only.`,
  example: 'runwright model export runs:/calm-otter-42/model --out model.onnx',
  options: {
    out: { type: 'string', short: 'o', value: 'FILE', summary: 'The ONNX file to write' },
    data: { type: 'string', value: 'FILE', summary: 'Samples to compare on: .npz, .csv or .tsv' },
    opset: { type: 'string', value: 'N', summary: 'Version of ONNX’s operators. Default: the converter’s' },
    python: { type: 'string', value: 'PATH', summary: 'The Python that has the framework and its converter' },
    trust: { type: 'boolean', summary: 'Load it even if it is a pickle, which can run any code' },
    keep: { type: 'boolean', summary: 'Write the file although the answers differ; it says so itself' },
  },
  operands: { usage: 'MODEL', min: 1, max: 1 },
  async run(context, { options, operands: [given = ''], json, workspace }) {
    const { out, data } = options
    if (out === undefined) throw usageError(name, 'the file to write is missing: --out FILE.')
    const opset = options.opset === undefined ? undefined : parseCount(name, 'opset', options.opset)
    const path = (file: string) => resolve(context.cwd, file)
    await checkOut(path(out), path(given))
    await using found = await openModel(context, workspace, given)
    const [{ findModelSource }, { exportModel }] = await Promise.all([
      import('../../export/find-model-source.ts'),
      import('../../export/export-model.ts'),
    ])
    const source = await findModelSource(found.path)
    const report = await exportModel(
      {
        source,
        name: given,
        runId: found.runId,
        data: data === undefined ? undefined : path(data),
        opset,
        isTrusted: options.trust || isModelUri(given),
        out: path(out),
        isKept: options.keep,
      },
      {
        python: await choosePython(context, workspace, options.python),
        cwd: workspace,
        env: context.env,
        scripts: context.exporterFolder,
        predictTfjs: context.predictTfjs,
        runtime: context.onnxRuntime,
        version: context.version,
        signal: context.signal,
      },
    )
    context.stdout.write(json ? toJson(report) : describeExport(report, context.stdout.columns))
    return exitCodeOf(report)
  },
})

/** The file or folder that is meant; what lies in a store is downloaded, and taken away again. */
async function openModel(context: CliContext, workspace: string, given: string) {
  if (!isModelUri(given)) {
    return { path: resolve(context.cwd, given), runId: undefined, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  const { downloadModel } = await import('../../client/download-model.ts')
  await using client = await context.connect(workspace)
  const folder = await mkdtemp(join(tmpdir(), 'runwright-model-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    return { ...(await downloadModel(client, given, folder, context.signal)), [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** As `runwright run` takes it for a script. */
async function choosePython({ cwd }: CliContext, workspace: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return /[\\/]/.test(given) ? resolve(cwd, given) : given
  const python = await findPython(workspace)
  return /[\\/]/.test(python) && !isAbsolute(python) ? join(workspace, python) : python
}

function exitCodeOf({ parity }: ExportReport): number {
  return parity.state === 'passed' ? exitCodes.ok : exitCodes.failed
}
