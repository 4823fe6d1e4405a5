import { defineCliCommand } from '../command.ts'
import { runImport } from '../run-import.ts'

export default defineCliCommand({
  name: 'import mlflow',
  summary: 'Brings the experiments, runs and models of an MLflow server, database or folder.',
  details: `SOURCE is the address of a server, its SQLite file, or a folder "mlruns". Runs keep their ids, times and full
histories; registered models keep their version numbers. Nothing is stored twice: the same command again brings what is new, and
goes on where it was cut off. For a server with a log-in, set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD. What is deleted there does not come.`,
  example: 'runwright import mlflow http://127.0.0.1:5000',
  options: {
    artifacts: {
      type: 'string',
      value: 'DIR',
      summary: 'Where the server of a SQLite file kept its artifacts. Default: mlartifacts beside the file',
    },
  },
  operands: { usage: 'SOURCE', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [named = ''], json, workspace }) {
    const { openMlflow } = await import('../../imports/open-mlflow.ts')
    const { cwd, env, signal } = context
    await using source = await openMlflow(named, { cwd, env, signal, artifactFolder: options.artifacts })
    return await runImport(context, { source, workspace, json })
  },
})
