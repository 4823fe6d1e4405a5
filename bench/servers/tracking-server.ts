import type { Endpoint } from '../load/mlflow-requests.ts'

/** A tracking server that answers. Disposing it ends all of its processes. */
export interface TrackingServer extends AsyncDisposable {
  readonly endpoint: Endpoint
  /** Absolute path of the folder that store and artifacts are in. */
  readonly folder: string
  /** Every process it consists of now. */
  processes(): Promise<readonly number[]>
}

/** Starts one with its store in a folder, and returns when it has answered its first request. */
export type OpenServer = (folder: string) => Promise<TrackingServer>
