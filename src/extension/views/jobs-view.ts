import * as vscode from 'vscode'
import { jobsViewId } from '../contributions.ts'
import type { JobsPanel } from '../context.ts'
import type { Job } from '../../protocol/jobs.ts'
import type { JobElement, JobsElement } from '../jobs/element.ts'
import type { JobFeeds } from '../jobs/job-feeds.ts'
import { presentJobs } from '../jobs/job-presentation.ts'
import { createJobRows } from '../jobs/job-rows.ts'
import { describeError } from '../tree/error-notice.ts'
import { drawItem } from './draw-item.ts'
import { createPacedRefresh } from './paced-refresh.ts'

/** Just above the 200 ms for which VS Code holds back a refresh that follows another. */
const refreshIntervalMs = 210

/** Running times are shown to the second while they are short. */
const clockIntervalMs = 5000

export interface JobsView extends JobsPanel, vscode.Disposable {
  /** All that is shown may be another, or of one job what its run tells. */
  changed(progressed?: { readonly connectionId: string; readonly job: Job }): void
}

/** @param feeds asked for late, because they tell the view */
export function openJobsView(feeds: () => JobFeeds): JobsView {
  const rows = createJobRows(() => feeds().list())
  const redraw = new vscode.EventEmitter<JobsElement[] | undefined>()
  const draw = (items: readonly (JobElement | 'roots')[]) => {
    const elements = items.filter((item) => item !== 'roots')
    redraw.fire(elements.length < items.length ? undefined : elements)
    showState()
  }
  const refresh = createPacedRefresh(refreshIntervalMs, draw, (item) => item === 'roots' && view.visible)

  const listRoots = async (): Promise<readonly JobsElement[]> => {
    const all = feeds().list()
    await Promise.all(all.map(({ feed }) => feed.loaded))
    const troubles = all.flatMap(({ connection, feed }): JobsElement[] => {
      const id = `${connection.id}/trouble`
      return feed.error === undefined ? [] : [{ kind: 'trouble', id, ...describeError(feed.error) }]
    })
    return [...troubles, ...rows.groups()]
  }

  const view = vscode.window.createTreeView<JobsElement>(jobsViewId, {
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getTreeItem: (element) => drawItem(element, presentJobs(element, Date.now())),
      getChildren: (element) => {
        const listing = element === undefined ? listRoots() : Promise.resolve(childrenOf(element))
        refresh.hold('roots', listing)
        return listing.then((children) => [...children])
      },
    },
    canSelectMany: true,
    showCollapseAll: true,
  })
  const childrenOf = (element: JobsElement) => (element.kind === 'job-group' ? rows.children(element) : [])

  const showState = () => {
    const selected = view.selection.find((element): element is JobElement => element.kind === 'job')
    const context = selected === undefined ? '' : presentJobs(selected, 0).context
    void vscode.commands.executeCommand('setContext', 'runwright.selectedJob', context)
  }
  const clock = setInterval(() => {
    if (view.visible) refresh.add(rows.running())
  }, clockIntervalMs)

  const subscriptions = vscode.Disposable.from(
    view,
    redraw,
    refresh,
    { dispose: () => clearInterval(clock) },
    view.onDidChangeSelection(showState),
  )
  return {
    selection: () => view.selection,
    async loadMore(more) {
      await rows.loadMore(more.group)
      refresh.add(['roots'])
    },
    changed(progressed) {
      if (progressed === undefined) return refresh.add(['roots'])
      const element = rows.progressed(progressed.connectionId, progressed.job.jobId)
      if (element !== undefined) refresh.add([element])
    },
    dispose: () => subscriptions.dispose(),
  }
}
