import {mkdirSync, rmSync} from 'node:fs'

/** As a full disk does to it, whoever the user is: from now on nothing can be appended to the file. Its owner may write at the same time. */
export function takesNoMore(file: string): void {
  for (let left = 100; ; left--) {
    rmSync(file, {force: true, recursive: true})
    try {
      mkdirSync(file)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || left === 0) throw error
    }
  }
}
