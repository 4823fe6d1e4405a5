// Written by `npm run generate` from the files of this folder.
import type { CliCommand } from '../command.ts'
import compare from './compare.ts'
import completion from './completion.ts'
import engineLogs from './engine-logs.ts'
import engineStatus from './engine-status.ts'
import engineStop from './engine-stop.ts'
import experimentsList from './experiments-list.ts'
import jobsCancel from './jobs-cancel.ts'
import jobsGpuHours from './jobs-gpu-hours.ts'
import jobsList from './jobs-list.ts'
import jobsLogs from './jobs-logs.ts'
import jobsPromote from './jobs-promote.ts'
import jobsRetry from './jobs-retry.ts'
import jobsShow from './jobs-show.ts'
import lineage from './lineage.ts'
import mcp from './mcp.ts'
import modelsAlias from './models-alias.ts'
import modelsDelete from './models-delete.ts'
import modelsList from './models-list.ts'
import modelsRegister from './models-register.ts'
import modelsShow from './models-show.ts'
import rerun from './rerun.ts'
import restoreCode from './restore-code.ts'
import run from './run.ts'
import runsDelete from './runs-delete.ts'
import runsList from './runs-list.ts'
import runsRestore from './runs-restore.ts'
import runsShow from './runs-show.ts'
import runsStop from './runs-stop.ts'
import runsTag from './runs-tag.ts'
import server from './server.ts'
import targets from './targets.ts'
import train from './train.ts'
import version from './version.ts'
import viewsExport from './views-export.ts'

export const commands: readonly CliCommand[] = [
  compare,
  completion,
  engineLogs,
  engineStatus,
  engineStop,
  experimentsList,
  jobsCancel,
  jobsGpuHours,
  jobsList,
  jobsLogs,
  jobsPromote,
  jobsRetry,
  jobsShow,
  lineage,
  mcp,
  modelsAlias,
  modelsDelete,
  modelsList,
  modelsRegister,
  modelsShow,
  rerun,
  restoreCode,
  run,
  runsDelete,
  runsList,
  runsRestore,
  runsShow,
  runsStop,
  runsTag,
  server,
  targets,
  train,
  version,
  viewsExport,
]
