import { expect, it } from 'vitest'
import { isPicture } from '../../../edge/picture.ts'

it.each(['/a.jpg', '/a.PNG', '/a.heic', '/a.svg', '/photo', '/b.c/photo'])('%s is a picture', (path) => {
  expect(isPicture(path)).toBe(true)
})

it.each(['/a.html', '/a.js', '/', '/a/', '/a.jpg/', '/a.json'])('%s is none', (path) => {
  expect(isPicture(path)).toBe(false)
})
