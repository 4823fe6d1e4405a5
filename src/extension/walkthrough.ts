/** A step as VS Code has it, with a picture that takes the theme's colours. */
function step(
  id: string,
  title: string,
  lines: readonly string[],
  altText: string,
  completionEvents: readonly string[],
) {
  const media = { svg: `media/walkthrough/${id}.svg`, altText }
  return { id, title, description: lines.join('\n'), media, completionEvents }
}

/** The first steps, in VS Code's own walkthrough. */
export const walkthroughs = [
  {
    id: 'firstSteps',
    title: 'First Steps with Runwright',
    description: 'From a training script to runs that can be compared and repeated.',
    steps: [
      step(
        'start',
        'Run a Command as a Run',
        [
          'Any command can be a run: its params, metrics, output, code and environment are kept. A script that logs to MLflow needs no change.',
          '[Run Active File…](command:runwright.runActiveFile)',
          'In a terminal it is  runwright run -- python train.py',
          '[Copy Command](command:runwright.copyStartCommand)',
        ],
        'A terminal in which “runwright run” starts a training script',
        [
          'onCommand:runwright.runActiveFile',
          'onCommand:runwright.copyStartCommand',
          'onContext:runwright.connectionCount > 0',
        ],
      ),
      step(
        'live',
        'See It Live',
        [
          'Experiments and their runs are in the side bar. Open a run for its params, metrics, artifacts, code and environment; they change while it trains.',
          '[Show Experiments](command:runwright.experiments.focus)',
        ],
        'The view “Experiments” with a run in progress and its metrics',
        ['onView:runwright.experiments'],
      ),
      step(
        'compare',
        'Choose Runs and Compare Them',
        [
          'Check the boxes of two or more runs. The run table sorts, filters and groups them by any param, metric or tag.',
          '[Compare Runs](command:runwright.compareRuns)',
          '[Open Run Table](command:runwright.openRunTable)',
        ],
        'A table of runs, two of them chosen',
        ['onCommand:runwright.compareRuns', 'onCommand:runwright.openRunTable', 'onContext:runwright.chosenCount > 1'],
      ),
      step(
        'differences',
        'Read the Differences',
        [
          'Charts draw every point that was logged. The differences list what was not the same: params, metrics, code, environment, data.',
          '[Open Charts](command:runwright.openCharts)',
        ],
        'Two metric curves, and the params in which their runs differ',
        ['onCommand:runwright.openCharts', 'onCommand:runwright.compareRuns'],
      ),
      step(
        'code',
        'Go Back to a Run’s Code',
        [
          'A run knows its commit and the changes that were not committed. Select a run in the side bar, then restore its code into a branch or a worktree, or start it again.',
          '[Restore Code…](command:runwright.restoreCode)',
          '[Re-run with Changes…](command:runwright.rerunWithChanges)',
        ],
        'A run, and the commit that it was started from',
        ['onCommand:runwright.restoreCode', 'onCommand:runwright.rerun', 'onCommand:runwright.rerunWithChanges'],
      ),
      step(
        'server',
        'Connect an MLflow Server',
        [
          'The runs of a server that you already have are shown beside those of the folder.',
          '[Open MLflow Server…](command:runwright.openServer)',
        ],
        'The runs of a folder and of a server in one view',
        ['onCommand:runwright.openServer', 'onContext:runwright.serverCount > 0'],
      ),
    ],
  },
]
