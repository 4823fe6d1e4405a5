import { languages } from '../base/languages.ts'
import { comparisonMime, runsMime, runsRendererId } from '../protocol/notebook-runs-messages.ts'

/*
 * The parts of the manifest that are not commands. `npm run generate` writes them into package.json; they are data, so
 * that they load without VS Code.
 */

export const description =
  'Train, track, compare and version machine-learning runs without leaving VS Code and without setting up a server.'

export const capabilities = {
  untrustedWorkspaces: {
    supported: 'limited',
    description: 'Until the workspace is trusted, Runwright starts no engine and reads no runs.',
    restrictedConfigurations: ['runwright.servers', 'runwright.pythonPath'],
  },
  virtualWorkspaces: {
    supported: false,
    description: 'Runwright keeps runs in files beside the code, so it needs a folder on a disk.',
  },
}

export const viewContainerId = 'runwright'
export const experimentsViewId = 'runwright.experiments'
export const jobsViewId = 'runwright.jobs'
export const modelsViewId = 'runwright.models'
export const computeViewId = 'runwright.compute'
export const dataViewId = 'runwright.data'
export const variablesViewId = 'runwright.variables'
export const dataSourceControlId = 'runwright-data'
export const tablePreviewType = 'runwright.tablePreview'
export const modelEditorType = 'runwright.modelEditor'

export const viewsContainers = {
  activitybar: [{ id: viewContainerId, title: 'Runwright', icon: 'media/runwright.svg' }],
}

export const views = {
  [viewContainerId]: [
    { id: experimentsViewId, name: 'Experiments', contextualTitle: 'Runwright', icon: 'media/runwright.svg' },
    { id: jobsViewId, name: 'Jobs', contextualTitle: 'Runwright', icon: 'media/runwright.svg' },
    {
      id: dataViewId,
      name: 'Data',
      contextualTitle: 'Runwright',
      icon: 'media/runwright.svg',
      visibility: 'collapsed',
    },
    {
      id: modelsViewId,
      name: 'Models',
      contextualTitle: 'Runwright',
      icon: 'media/runwright.svg',
      visibility: 'collapsed',
    },
    {
      id: computeViewId,
      name: 'Compute',
      contextualTitle: 'Runwright',
      icon: 'media/runwright.svg',
      visibility: 'collapsed',
    },
    {
      id: variablesViewId,
      name: 'Variables',
      contextualTitle: 'Runwright',
      icon: 'media/runwright.svg',
      visibility: 'collapsed',
      when: 'runwright.notebookIsOpen',
    },
  ],
}

export const viewsWelcome = [
  {
    view: experimentsViewId,
    when: 'workbenchState == empty',
    contents: [
      'Open a folder: the runs you train there are tracked beside your code, with nothing to set up.',
      '[Open Folder](command:vscode.openFolder)',
      'Or look at the runs of an MLflow server you already have.',
      '[Open MLflow Server…](command:runwright.openServer)',
    ].join('\n'),
  },
  {
    view: experimentsViewId,
    when: 'workbenchState != empty && !isWorkspaceTrusted',
    contents: [
      'This workspace is not trusted, so Runwright starts no engine and reads nothing of it.',
      '[Manage Workspace Trust](command:workbench.trust.manage)',
    ].join('\n'),
  },
  {
    view: experimentsViewId,
    when: 'workbenchState != empty && isWorkspaceTrusted',
    contents: [
      'No runs yet. Open a training script and run it: its params, metrics, output, code and environment are kept here.',
      '[Run Active File…](command:runwright.runActiveFile)',
      'Or start it in a terminal:  runwright run -- python train.py',
      '[Copy Command](command:runwright.copyStartCommand)',
      'A script that logs to MLflow needs no change. A notebook or a job elsewhere logs here too, with these variables set:',
      '[Copy Tracking Environment](command:runwright.copyTrackingEnvironment)',
      'Runs that you have elsewhere come along: those of MLflow, TensorBoard, DVC and tables.',
      '[Import Runs…](command:runwright.importRuns)',
      'Or look at the runs of an MLflow server you already have.',
      '[Open MLflow Server…](command:runwright.openServer)',
    ].join('\n'),
  },
  {
    view: jobsViewId,
    when: 'workbenchState != empty && isWorkspaceTrusted',
    contents: [
      'A job goes on when this window, the editor or the connection ends, and waits its turn where GPUs are shared.',
      '[Train on…](command:runwright.train)',
      'Or in a terminal:  runwright train -- python train.py',
    ].join('\n'),
  },
  {
    view: dataViewId,
    when: "workbenchState != empty && isWorkspaceTrusted && runwright.dataState == 'none'",
    contents: [
      'Data and models under version control beside Git, in files that DVC reads too: a commit then has its code, its data and its models.',
      '[Initialize Data Versioning](command:runwright.initializeData)',
      'Or in a terminal:  runwright init',
    ].join('\n'),
  },
  {
    view: dataViewId,
    when: "workbenchState != empty && isWorkspaceTrusted && runwright.dataState == 'empty'",
    contents: [
      'Nothing is under version control yet. Choose “Add to Data Versions” in the menu of a file or folder in the explorer.',
      '[Add to Data Versions](command:runwright.addData)',
      'Or in a terminal:  runwright data add data/images',
    ].join('\n'),
  },
  {
    view: dataViewId,
    when: "workbenchState != empty && isWorkspaceTrusted && (runwright.dataState == 'none' || runwright.dataState == 'empty')",
    contents: [
      'A feature set is a table of features with keys and event time, declared in runwright.yaml: training sets and the values that a model is served with both come from it.',
      '[Add Feature Set…](command:runwright.addFeatureSet)',
    ].join('\n'),
  },
  {
    view: modelsViewId,
    when: 'workbenchState != empty && isWorkspaceTrusted',
    contents: [
      'No registered models yet. Choose “Register Model…” in the menu of a run that has logged one: its versions then have numbers and aliases by which programs load them.',
      'Or in a terminal:  runwright models register calm-otter-42 --name digits',
    ].join('\n'),
  },
  {
    view: computeViewId,
    when: 'workbenchState != empty && isWorkspaceTrusted',
    contents: 'The places that jobs run on are shown here once runs of this folder are tracked.',
  },
]

export const configuration = {
  title: 'Runwright',
  properties: {
    'runwright.servers': {
      type: 'array',
      items: { type: 'string', pattern: '^https?://' },
      uniqueItems: true,
      default: [],
      scope: 'window',
      markdownDescription:
        'Addresses of MLflow servers shown beside the runs of this workspace. Credentials are kept in the secret storage: add a server with the command **Runwright: Open MLflow Server…**.',
    },
    'runwright.language': {
      type: 'string',
      enum: ['auto', ...Object.keys(languages)],
      default: 'auto',
      scope: 'application',
      markdownDescription:
        'The language of Runwright’s own texts. `auto` is the editor’s language, for which VS Code needs a language pack. A change shows after the window is reloaded; menus and settings stay in the editor’s language.',
    },
    'runwright.notifyAfterSeconds': {
      type: 'number',
      default: 60,
      minimum: 0,
      markdownDescription:
        'A notification tells the end of a job that ran at least so many seconds, unless its page or its log is open.',
    },
    'runwright.pythonPath': {
      type: 'string',
      default: '',
      scope: 'machine-overridable',
      markdownDescription:
        'The Python that **Runwright: Run Active File…** and **Runwright: Train on…** use. Empty: the virtual environment `.venv` or `venv` of the folder, else `python3` of the PATH.',
    },
  },
}

/** Tables as tables, where a text editor stays the default, and models, which no text editor can show. */
export const customEditors = [
  {
    viewType: tablePreviewType,
    displayName: 'Table Preview',
    selector: ['csv', 'tsv', 'parquet', 'jsonl', 'ndjson', 'arrow', 'arrows', 'feather', 'ipc'].map((ending) => ({
      filenamePattern: `*.${ending}`,
    })),
    priority: 'option',
  },
  {
    viewType: modelEditorType,
    displayName: 'ONNX Model',
    selector: [{ filenamePattern: '*.onnx' }],
    priority: 'default',
  },
]

/** Of what `%runs` and `%compare` show: here it is live, elsewhere the HTML beside it is drawn. */
export const notebookRenderer = [
  {
    id: runsRendererId,
    displayName: 'Live Runs',
    entrypoint: './dist/webviews/notebook-runs.js',
    mimeTypes: [runsMime, comparisonMime],
    requiresMessaging: 'optional',
  },
]

/** Where the exception of a Python traceback was raised: the last frame, its line of code, and the message. */
const pythonFrame = { regexp: '^\\s*File "([^"<>]+)", line (\\d+)(?:, in .+)?$', file: 1, line: 2 }
const pythonMessage = { regexp: '^([A-Za-z_][\\w.]*(?:: .*)?)$', message: 1 }
const pythonMatcher = {
  owner: 'runwright-python',
  source: 'Python',
  fileLocation: ['autoDetect', '${workspaceFolder}'],
}

export const problemMatchers = [
  {
    name: 'runwright-python',
    label: 'Python tracebacks',
    ...pythonMatcher,
    pattern: [pythonFrame, { regexp: '^\\s{4,}\\S.*$' }, pythonMessage],
  },
  {
    // Since Python 3.11 the place in the line is marked below it, where it is not the whole line.
    name: 'runwright-python-marked',
    label: 'Python tracebacks with marks',
    ...pythonMatcher,
    pattern: [pythonFrame, { regexp: '^\\s{4,}\\S.*$' }, { regexp: '^\\s+[~^]+$' }, pythonMessage],
  },
]

export const taskDefinitions = [{ type: 'runwright' }]

/** An editor checks and completes saved views by this. */
export const jsonValidation = [{ fileMatch: '**/.runwright/views/*.json', url: './media/view.schema.json' }]

/** Read by the YAML extension that most people have. */
export const yamlValidation = [{ fileMatch: 'runwright.yaml', url: './media/project.schema.json' }]
