import { expect, it } from 'vitest'
import { indexPath } from '../../../edge/index-path.ts'

it.each([
  ['/', { name: 'index.html' }, '/index.html'],
  ['/docs/', { name: 'home.htm' }, '/docs/home.htm'],
  ['/docs//', { name: 'index.html' }, '/docs//index.html'],
  ['/docs', { name: 'index.html' }, '/docs'],
  ['/docs%2F', { name: 'index.html' }, '/docs%2F'],
  ['/docs/', undefined, '/docs/'],
])('%s with %j is %s', (path, index, expected) => {
  expect(indexPath(path, index)).toBe(expected)
})
