import type { Benchmark } from './benchmark.ts'
import artifactUpload from './benchmarks/artifact-upload.ts'
import coldStart from './benchmarks/cold-start.ts'
import compareCurves from './benchmarks/compare-curves.ts'
import compareLive from './benchmarks/compare-live.ts'
import compareTable from './benchmarks/compare-table.ts'
import compareWide from './benchmarks/compare-wide.ts'
import compress from './benchmarks/compress.ts'
import compressBalance from './benchmarks/compress-balance.ts'
import compressLayers from './benchmarks/compress-layers.ts'
import compressPrune from './benchmarks/compress-prune.ts'
import compressLarge from './benchmarks/compress-large.ts'
import compressSearch from './benchmarks/compress-search.ts'
import data from './benchmarks/data.ts'
import dataScale from './benchmarks/data-scale.ts'
import dataTransfer from './benchmarks/data-transfer.ts'
import extensionActivation from './benchmarks/extension-activation.ts'
import gpuQueue from './benchmarks/gpu-queue.ts'
import launch from './benchmarks/launch.ts'
import lineage from './benchmarks/lineage.ts'
import logBatch from './benchmarks/log-batch.ts'
import logMetric from './benchmarks/log-metric.ts'
import memory from './benchmarks/memory.ts'
import notebookWindow from './benchmarks/notebook-window.ts'
import notebooks from './benchmarks/notebooks.ts'
import notebooksRemote from './benchmarks/notebooks-remote.ts'
import postgresScale from './benchmarks/postgres-scale.ts'
import scale from './benchmarks/scale.ts'
import schedule from './benchmarks/schedule.ts'
import searchRuns from './benchmarks/search-runs.ts'
import slurmThroughput from './benchmarks/slurm-throughput.ts'
import snapshot from './benchmarks/snapshot.ts'
import tableDiff from './benchmarks/table-diff.ts'
import tracking from './benchmarks/tracking.ts'
import treeOpen from './benchmarks/tree-open.ts'

/** In the order that `all` runs them. */
export const benchmarks: readonly Benchmark[] = [
  coldStart,
  logMetric,
  logBatch,
  searchRuns,
  lineage,
  artifactUpload,
  memory,
  tracking,
  notebooks,
  notebooksRemote,
  notebookWindow,
  extensionActivation,
  treeOpen,
  compareCurves,
  scale,
  postgresScale,
  compareTable,
  compareWide,
  compareLive,
  snapshot,
  schedule,
  gpuQueue,
  slurmThroughput,
  launch,
  data,
  dataTransfer,
  dataScale,
  tableDiff,
  compress,
  compressBalance,
  compressLayers,
  compressPrune,
  compressLarge,
  compressSearch,
]
