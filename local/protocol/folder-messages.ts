/** What passes between the Worker and the host about the folders behind buckets. Types alone. */

export type FileStat = {
  /** Bytes. */
  size: number
  /** Milliseconds since 1970. */
  modified: number
  /** Another after every change of the file, even if its size and time are as before. */
  version: string
}

export type FileEntry = FileStat & { key: string }
