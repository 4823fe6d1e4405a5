// Written by `npm run generate` from the files of this folder.
import type { CommandDefinition } from '../command.ts'
import addData from './add-data.ts'
import addDataRemote from './add-data-remote.ts'
import attachDebugger from './attach-debugger.ts'
import cancelJob from './cancel-job.ts'
import checkDataRemote from './check-data-remote.ts'
import checkOutData from './check-out-data.ts'
import chooseHeadlineMetric from './choose-headline-metric.ts'
import clearSelection from './clear-selection.ts'
import closeServer from './close-server.ts'
import commitData from './commit-data.ts'
import compareData from './compare-data.ts'
import compareRuns from './compare-runs.ts'
import copyJobId from './copy-job-id.ts'
import copyRunId from './copy-run-id.ts'
import copyStartCommand from './copy-start-command.ts'
import copyTrackingEnvironment from './copy-tracking-environment.ts'
import copyTrackingUri from './copy-tracking-uri.ts'
import copyValue from './copy-value.ts'
import deleteExperiment from './delete-experiment.ts'
import deleteRun from './delete-run.ts'
import fetchData from './fetch-data.ts'
import filterRuns from './filter-runs.ts'
import forgetSecret from './forget-secret.ts'
import groupRuns from './group-runs.ts'
import hideFinished from './hide-finished.ts'
import initializeData from './initialize-data.ts'
import loadMore from './load-more.ts'
import loadMoreJobs from './load-more-jobs.ts'
import openArtifact from './open-artifact.ts'
import openCharts from './open-charts.ts'
import openDataFile from './open-data-file.ts'
import openField from './open-field.ts'
import openJob from './open-job.ts'
import openJobRun from './open-job-run.ts'
import openLog from './open-log.ts'
import openRunTable from './open-run-table.ts'
import openServer from './open-server.ts'
import openSource from './open-source.ts'
import openSourceOfRun from './open-source-of-run.ts'
import openView from './open-view.ts'
import promoteJob from './promote-job.ts'
import pullData from './pull-data.ts'
import pushData from './push-data.ts'
import refresh from './refresh.ts'
import refreshCompute from './refresh-compute.ts'
import refreshData from './refresh-data.ts'
import registerModel from './register-model.ts'
import removeData from './remove-data.ts'
import removeTags from './remove-tags.ts'
import renameExperiment from './rename-experiment.ts'
import renameRun from './rename-run.ts'
import rerun from './rerun.ts'
import rerunWithChanges from './rerun-with-changes.ts'
import restartEngine from './restart-engine.ts'
import restoreCode from './restore-code.ts'
import retryJob from './retry-job.ts'
import revealArtifacts from './reveal-artifacts.ts'
import runActiveFile from './run-active-file.ts'
import searchRuns from './search-runs.ts'
import setHeadlineMetric from './set-headline-metric.ts'
import setTag from './set-tag.ts'
import showAllRuns from './show-all-runs.ts'
import showDataLineage from './show-data-lineage.ts'
import showDataLog from './show-data-log.ts'
import showFinished from './show-finished.ts'
import showJobLog from './show-job-log.ts'
import showLineage from './show-lineage.ts'
import showLog from './show-log.ts'
import sortRuns from './sort-runs.ts'
import stopRun from './stop-run.ts'
import toggleChosen from './toggle-chosen.ts'
import train from './train.ts'
import undoDelete from './undo-delete.ts'
import verifyData from './verify-data.ts'

export const commands: readonly CommandDefinition[] = [
  addData,
  addDataRemote,
  attachDebugger,
  cancelJob,
  checkDataRemote,
  checkOutData,
  chooseHeadlineMetric,
  clearSelection,
  closeServer,
  commitData,
  compareData,
  compareRuns,
  copyJobId,
  copyRunId,
  copyStartCommand,
  copyTrackingEnvironment,
  copyTrackingUri,
  copyValue,
  deleteExperiment,
  deleteRun,
  fetchData,
  filterRuns,
  forgetSecret,
  groupRuns,
  hideFinished,
  initializeData,
  loadMore,
  loadMoreJobs,
  openArtifact,
  openCharts,
  openDataFile,
  openField,
  openJob,
  openJobRun,
  openLog,
  openRunTable,
  openServer,
  openSource,
  openSourceOfRun,
  openView,
  promoteJob,
  pullData,
  pushData,
  refresh,
  refreshCompute,
  refreshData,
  registerModel,
  removeData,
  removeTags,
  renameExperiment,
  renameRun,
  rerun,
  rerunWithChanges,
  restartEngine,
  restoreCode,
  retryJob,
  revealArtifacts,
  runActiveFile,
  searchRuns,
  setHeadlineMetric,
  setTag,
  showAllRuns,
  showDataLineage,
  showDataLog,
  showFinished,
  showJobLog,
  showLineage,
  showLog,
  sortRuns,
  stopRun,
  toggleChosen,
  train,
  undoDelete,
  verifyData,
]
