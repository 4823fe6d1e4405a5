// Written by `npm run generate` from the files of this folder.
import type { AgentTool } from './agent-tool.ts'
import compareRuns from './tools/compare-runs.ts'
import explainRun from './tools/explain-run.ts'
import findRuns from './tools/find-runs.ts'
import launchRun from './tools/launch-run.ts'
import summarizeCurves from './tools/summarize-curves.ts'

export const tools: readonly AgentTool[] = [compareRuns, explainRun, findRuns, launchRun, summarizeCurves]
