/// <reference lib="dom" />
/** Invalidation, and the distribution's clock. */
import { messageOf, postClock, postInvalidation } from './api.js'
import { byId } from './dom.js'
import { date, plural } from './format.js'

export function openMaintenance() {
  openInvalidation()
  openClock()
}

function openInvalidation() {
  const paths = byId('paths', 'textarea')
  const problem = byId('invalidation-problem', 'p')
  const answer = byId('invalidation-answer', 'p')
  paths.value = '/*'
  byId('invalidation', 'form').addEventListener('submit', async (event) => {
    event.preventDefault()
    problem.textContent = ''
    answer.textContent = ''
    const wanted = paths.value.split('\n').map((line) => line.trim())
    try {
      const { id, removed } = await postInvalidation(wanted.filter((path) => path !== ''))
      answer.textContent = `${plural(removed, 'cached object')} removed. Invalidation ${id}.`
    } catch (error) {
      problem.textContent = messageOf(error)
    }
  })
}

function openClock() {
  const answer = byId('clock-answer', 'p')
  for (const button of byId('clock', 'fieldset').querySelectorAll('button')) {
    button.addEventListener('click', async () => {
      const said = postClock(Number(button.dataset.seconds)).then(
        ({ now }) => `It is now ${date(Number(new Date(now)))}.`,
      )
      answer.textContent = await said.catch(messageOf)
    })
  }
}
