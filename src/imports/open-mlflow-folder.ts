import { join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { isPresent, listFolders } from './local-files.ts'
import { readFolderModel, readFolderRegisteredModel } from './mlflow/folder-models.ts'
import { type FolderExperiment, readFolderRun } from './mlflow/folder-run.ts'
import { readFolderTraces } from './mlflow/folder-traces.ts'
import { readKeyFiles, readMeta } from './mlflow/read-meta.ts'
import type { RunSource } from './run-source.ts'

/** Runs that MLflow keeps in a folder: `mlruns`. What is deleted there is left out. @throws RESOURCE_DOES_NOT_EXIST */
export async function openMlflowFolder(folder: string): Promise<RunSource> {
  const experiments = await listExperiments(folder)
  if (experiments.length === 0) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${folder} holds no experiments of MLflow.`, {
      hint: 'Name the folder "mlruns", whose folders have files "meta.yaml" in them.',
    })
  }
  const runs: { experiment: FolderExperiment; folder: string }[] = []
  for (const experiment of experiments) {
    for (const name of await listFolders(experiment.folder)) {
      const run = join(experiment.folder, name)
      if (!reserved.has(name) && (await isPresent(join(run, 'meta.yaml')))) runs.push({ experiment, folder: run })
    }
  }
  return {
    kind: 'mlflow',
    runCount: runs.length,
    async *runs() {
      for (const each of runs) {
        const run = await readFolderRun(each.experiment, each.folder)
        if (run !== undefined) yield run
      }
    },
    async *loggedModels() {
      for (const experiment of experiments) {
        for (const name of await listFolders(join(experiment.folder, 'models'))) {
          const model = await readFolderModel(experiment, name)
          if (model !== undefined) yield model
        }
      }
    },
    async *registeredModels() {
      for (const name of await listFolders(join(folder, 'models'))) {
        yield await readFolderRegisteredModel(join(folder, 'models', name))
      }
    },
    async *traces() {
      for (const experiment of experiments) yield* readFolderTraces(experiment)
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** Folders of an experiment that are no runs. */
const reserved: ReadonlySet<string> = new Set(['tags', 'datasets', 'traces', 'models'])

async function listExperiments(folder: string): Promise<FolderExperiment[]> {
  const experiments: FolderExperiment[] = []
  for (const name of await listFolders(folder)) {
    const path = join(folder, name)
    if (name === 'models' || name === '.trash' || !(await isPresent(join(path, 'meta.yaml')))) continue
    const meta = await readMeta(path)
    if (meta['lifecycle_stage'] === 'deleted') continue
    experiments.push({ folder: path, name: meta['name'] ?? name, tags: await readKeyFiles(join(path, 'tags')) })
  }
  return experiments
}
