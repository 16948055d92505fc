/**
 * Whether a `Host` is a name that no stranger owns: `localhost`, an IP address, or one of `domains` (`*.example.com` for
 * what is below). Anybody can have a name of their own lead to this machine.
 * @param host as a request has it, with or without a port
 */
export function isOwnHost(host: string, domains: readonly string[]): boolean {
  const name = hostNameOf(host)
  if (/^(?:(?:[a-z0-9-]+\.)*localhost|[\d.]+|\[[\da-f:.]+\])$/.test(name)) return true
  return domains.some((domain) => (domain.startsWith('*.') ? name.endsWith(domain.slice(1)) : name === domain))
}

/** In lower case, without the port. @param host as a request has it */
export const hostNameOf = (host: string): string => host.replace(/:\d+$/, '').toLowerCase()
