import { dataFolderName } from '../protocol/data-folder.ts'

/** As pathspecs: all but what Runwright keeps beside the code, saved views for instance, which is no part of it. */
export const withoutOwnFiles = [':(top)', `:(top,exclude,glob)**/${dataFolderName}/**`]
