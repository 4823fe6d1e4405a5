// Written by `npm run generate` from the files of this folder.
import type { CliCommand } from '../command.ts'
import compare from './compare.ts'
import completion from './completion.ts'
import dataAdd from './data-add.ts'
import dataCheckout from './data-checkout.ts'
import dataCommit from './data-commit.ts'
import dataCompare from './data-compare.ts'
import dataFetch from './data-fetch.ts'
import dataGc from './data-gc.ts'
import dataLog from './data-log.ts'
import dataPull from './data-pull.ts'
import dataPush from './data-push.ts'
import dataRemoteAdd from './data-remote-add.ts'
import dataRemoteDefault from './data-remote-default.ts'
import dataRemoteList from './data-remote-list.ts'
import dataRemoteModify from './data-remote-modify.ts'
import dataRemoteRemove from './data-remote-remove.ts'
import dataStatus from './data-status.ts'
import engineLogs from './engine-logs.ts'
import engineStatus from './engine-status.ts'
import engineStop from './engine-stop.ts'
import experimentsList from './experiments-list.ts'
import init from './init.ts'
import jobsCancel from './jobs-cancel.ts'
import jobsGpuHours from './jobs-gpu-hours.ts'
import jobsList from './jobs-list.ts'
import jobsLogs from './jobs-logs.ts'
import jobsPromote from './jobs-promote.ts'
import jobsRetry from './jobs-retry.ts'
import jobsShow from './jobs-show.ts'
import lfsAdd from './lfs-add.ts'
import lfsFetch from './lfs-fetch.ts'
import lfsPull from './lfs-pull.ts'
import lfsPush from './lfs-push.ts'
import lfsStatus from './lfs-status.ts'
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
  dataAdd,
  dataCheckout,
  dataCommit,
  dataCompare,
  dataFetch,
  dataGc,
  dataLog,
  dataPull,
  dataPush,
  dataRemoteAdd,
  dataRemoteDefault,
  dataRemoteList,
  dataRemoteModify,
  dataRemoteRemove,
  dataStatus,
  engineLogs,
  engineStatus,
  engineStop,
  experimentsList,
  init,
  jobsCancel,
  jobsGpuHours,
  jobsList,
  jobsLogs,
  jobsPromote,
  jobsRetry,
  jobsShow,
  lfsAdd,
  lfsFetch,
  lfsPull,
  lfsPush,
  lfsStatus,
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
