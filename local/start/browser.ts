import { spawn } from 'node:child_process'

const OPENERS: Partial<Record<NodeJS.Platform, (url: string) => [string, string[]]>> = {
  darwin: (url) => ['open', [url]],
  win32: (url) => ['cmd', ['/c', 'start', '""', url]],
}

/** @param failed called with a message for people where no browser can be opened */
export function openBrowser(url: string, failed: (message: string) => void): void {
  const [command, args] = OPENERS[process.platform]?.(url) ?? ['xdg-open', [url]]
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.once('error', ({ message }) => failed(`No browser could be opened (${message}); the page is at ${url}`))
  child.once('exit', (code) => {
    if (code) failed(`No browser could be opened (${command} ended with ${code}); the page is at ${url}`)
  })
  child.unref()
}
