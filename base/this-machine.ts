/**
 * Whether a URL's host is this machine whatever the network says: `localhost` and the names below it (RFC 6761, 6.3),
 * 127.0.0.0/8 (RFC 1122, 3.2.1.3) and `[::1]` (RFC 4291, 2.5.3).
 */
export const isThisMachine = ({ hostname }: URL): boolean =>
  /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
