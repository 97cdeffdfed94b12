// Without this script the links still open the chosen person in the phone; it marks who is chosen, and on a small
// screen, where no phone is drawn, lets the link open the mini-program itself.
'use strict'

const people = [...document.querySelectorAll('[data-persona]')]
const small = matchMedia('(max-width: 900px)')

function aim() {
  for (const link of people) link.target = small.matches ? '_self' : 'phone'
}

function choose(link) {
  for (const other of people) other.removeAttribute('aria-current')
  link.setAttribute('aria-current', 'true')
}

// Outside the demo there are no made-up people to be.
async function forReal() {
  const { demo } = await (await fetch('api/v1/settings')).json()
  if (demo) return
  document.getElementById('people').hidden = true
  document.querySelector('iframe').src = 'm/'
}

forReal().catch(() => {})
for (const link of people) link.addEventListener('click', () => choose(link))
small.addEventListener('change', aim)
aim()
