// Written by `npm run generate` from the files of this folder.
import type { CommandDefinition } from '../command.ts'
import addData from './add-data.ts'
import addDataRemote from './add-data-remote.ts'
import addFeatureSet from './add-feature-set.ts'
import attachDebugger from './attach-debugger.ts'
import backUpStore from './back-up-store.ts'
import buildFeatures from './build-features.ts'
import cancelJob from './cancel-job.ts'
import checkDataRemote from './check-data-remote.ts'
import checkOutData from './check-out-data.ts'
import checkStore from './check-store.ts'
import chooseHeadlineMetric from './choose-headline-metric.ts'
import chooseKernel from './choose-kernel.ts'
import clearSelection from './clear-selection.ts'
import closeServer from './close-server.ts'
import commitData from './commit-data.ts'
import compareData from './compare-data.ts'
import compareRuns from './compare-runs.ts'
import compareSides from './compare-sides.ts'
import compress from './compress.ts'
import copyJobId from './copy-job-id.ts'
import copyModelUri from './copy-model-uri.ts'
import copyRunId from './copy-run-id.ts'
import copyStartCommand from './copy-start-command.ts'
import copyTrackingEnvironment from './copy-tracking-environment.ts'
import copyTrackingUri from './copy-tracking-uri.ts'
import copyValue from './copy-value.ts'
import deleteExperiment from './delete-experiment.ts'
import deleteForGood from './delete-for-good.ts'
import deleteModelVersion from './delete-model-version.ts'
import deleteRegisteredModel from './delete-registered-model.ts'
import deleteRun from './delete-run.ts'
import exportFeatures from './export-features.ts'
import exportModel from './export-model.ts'
import fetchData from './fetch-data.ts'
import filterRuns from './filter-runs.ts'
import forgetJupyterServer from './forget-jupyter-server.ts'
import forgetSecret from './forget-secret.ts'
import groupRuns from './group-runs.ts'
import hideFinished from './hide-finished.ts'
import importRuns from './import-runs.ts'
import initializeData from './initialize-data.ts'
import joinFeatures from './join-features.ts'
import keepBoth from './keep-both.ts'
import loadMore from './load-more.ts'
import loadMoreJobs from './load-more-jobs.ts'
import mergeData from './merge-data.ts'
import mergeDataFile from './merge-data-file.ts'
import openArtifact from './open-artifact.ts'
import openCharts from './open-charts.ts'
import openDataFile from './open-data-file.ts'
import openFeatureDefinition from './open-feature-definition.ts'
import openField from './open-field.ts'
import openFullOutput from './open-full-output.ts'
import openJob from './open-job.ts'
import openJobRun from './open-job-run.ts'
import openLog from './open-log.ts'
import openModelRun from './open-model-run.ts'
import openNotebookOfRun from './open-notebook-of-run.ts'
import openRunTable from './open-run-table.ts'
import openServer from './open-server.ts'
import openSource from './open-source.ts'
import openSourceOfRun from './open-source-of-run.ts'
import openView from './open-view.ts'
import previewFeatures from './preview-features.ts'
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
import restartKernel from './restart-kernel.ts'
import restartKernelAndRunAll from './restart-kernel-and-run-all.ts'
import restartKernelRunAllAndCompare from './restart-kernel-run-all-and-compare.ts'
import restoreCode from './restore-code.ts'
import retryJob from './retry-job.ts'
import revealArtifacts from './reveal-artifacts.ts'
import runActiveFile from './run-active-file.ts'
import runStaleCells from './run-stale-cells.ts'
import searchRuns from './search-runs.ts'
import setHeadlineMetric from './set-headline-metric.ts'
import setModelAlias from './set-model-alias.ts'
import setTag from './set-tag.ts'
import showAllRuns from './show-all-runs.ts'
import showCompression from './show-compression.ts'
import showCompressionFile from './show-compression-file.ts'
import showDataLineage from './show-data-lineage.ts'
import showDataLog from './show-data-log.ts'
import showFinished from './show-finished.ts'
import showJobLog from './show-job-log.ts'
import showLineage from './show-lineage.ts'
import showLog from './show-log.ts'
import showModelLineage from './show-model-lineage.ts'
import showVariable from './show-variable.ts'
import showVariables from './show-variables.ts'
import sortRuns from './sort-runs.ts'
import sortVariables from './sort-variables.ts'
import stopKernel from './stop-kernel.ts'
import stopRun from './stop-run.ts'
import takeMergedFile from './take-merged-file.ts'
import takeOurs from './take-ours.ts'
import takeTheirs from './take-theirs.ts'
import testModel from './test-model.ts'
import toggleChosen from './toggle-chosen.ts'
import train from './train.ts'
import undoDelete from './undo-delete.ts'
import verifyData from './verify-data.ts'

export const commands: readonly CommandDefinition[] = [
  addData,
  addDataRemote,
  addFeatureSet,
  attachDebugger,
  backUpStore,
  buildFeatures,
  cancelJob,
  checkDataRemote,
  checkOutData,
  checkStore,
  chooseHeadlineMetric,
  chooseKernel,
  clearSelection,
  closeServer,
  commitData,
  compareData,
  compareRuns,
  compareSides,
  compress,
  copyJobId,
  copyModelUri,
  copyRunId,
  copyStartCommand,
  copyTrackingEnvironment,
  copyTrackingUri,
  copyValue,
  deleteExperiment,
  deleteForGood,
  deleteModelVersion,
  deleteRegisteredModel,
  deleteRun,
  exportFeatures,
  exportModel,
  fetchData,
  filterRuns,
  forgetJupyterServer,
  forgetSecret,
  groupRuns,
  hideFinished,
  importRuns,
  initializeData,
  joinFeatures,
  keepBoth,
  loadMore,
  loadMoreJobs,
  mergeData,
  mergeDataFile,
  openArtifact,
  openCharts,
  openDataFile,
  openFeatureDefinition,
  openField,
  openFullOutput,
  openJob,
  openJobRun,
  openLog,
  openModelRun,
  openNotebookOfRun,
  openRunTable,
  openServer,
  openSource,
  openSourceOfRun,
  openView,
  previewFeatures,
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
  restartKernel,
  restartKernelAndRunAll,
  restartKernelRunAllAndCompare,
  restoreCode,
  retryJob,
  revealArtifacts,
  runActiveFile,
  runStaleCells,
  searchRuns,
  setHeadlineMetric,
  setModelAlias,
  setTag,
  showAllRuns,
  showCompression,
  showCompressionFile,
  showDataLineage,
  showDataLog,
  showFinished,
  showJobLog,
  showLineage,
  showLog,
  showModelLineage,
  showVariable,
  showVariables,
  sortRuns,
  sortVariables,
  stopKernel,
  stopRun,
  takeMergedFile,
  takeOurs,
  takeTheirs,
  testModel,
  toggleChosen,
  train,
  undoDelete,
  verifyData,
]
