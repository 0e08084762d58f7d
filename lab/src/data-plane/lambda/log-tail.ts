import type {Readable} from 'node:stream'

/** AWS returns the last 4 KB of a call's log. */
const TAIL_BYTES = 4096

/** Reads what a child prints: whole lines go to the lab's log, the bytes since `begin` are kept for the call's tail. */
export class LogTail {
  private chunks: Buffer[] = []
  private size = 0

  constructor(onLine: (line: string) => void, ...streams: (Readable | null)[]) {
    for (const stream of streams) {
      let partial = ''
      stream?.on('error', () => undefined)
      stream?.on('data', (chunk: Buffer) => {
        this.keep(chunk)
        const lines = (partial + chunk.toString()).split('\n')
        partial = lines.pop() ?? ''
        for (const line of lines) onLine(line)
      })
      stream?.on('end', () => partial && onLine(partial))
    }
  }

  begin(line: string): void {
    this.chunks = []
    this.size = 0
    this.keep(Buffer.from(`${line}\n`))
  }

  end(line: string): string {
    this.keep(Buffer.from(`${line}\n`))
    return Buffer.concat(this.chunks).subarray(-TAIL_BYTES).toString()
  }

  private keep(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.size += chunk.length
    while (this.chunks[0] && this.size - this.chunks[0].length >= TAIL_BYTES)
      this.size -= this.chunks.shift()?.length ?? 0
  }
}
